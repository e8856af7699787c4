"""Grading a class.

Runners, forked before any reference exists in memory, read a submission and have each answer observed in a child of its
own; what the children send back goes on, unread, to the parent. The parent alone has the references: it compares, and
writes each student's rows as soon as they are complete. A runner that dies costs the submission it was at.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import multiprocessing.connection
import os
import secrets
from collections import Counter, deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from nnbook import bank
from nnbook.grader import gradebook
from nnbook.grader.collect import GradeError, Submission, collect
from nnbook.judge import Answers, BadFile, Outcome, Report, conclude, first_look, read_answers, run_answer, warm


@dataclass
class Summary:
    """What a grading run came to. `rows` are the lines of grades.csv."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    students: int = 0
    resumed: int = 0
    out: Path = Path()

    @property
    def counts(self) -> Counter[str]:
        """How many rows have which status."""
        return Counter(row["status"] for row in self.rows)


def grade(
    submissions: Path,
    out: Path,
    *,
    jobs: int | None = None,
    resume: bool = False,
    formats: tuple[str, ...] = ("csv", "html"),
    lessons: tuple[str, ...] = (),
    seed: int | None = None,
    timeout: float | None = None,
    device: str = "cpu",
    unsafe: bool = False,
    console: Console | None = None,
) -> Summary:
    """Grade every submission under a folder and write grades.csv and one page of feedback per student to `out`.

    Graded are the exercises that anyone handed in (or those of `lessons`); a student without an answer to one of them
    has the status "missing". Raises GradeError, with one line, when there is nothing to grade or nowhere to write.
    """
    unknown = [f for f in formats if f not in gradebook.FORMATS]
    if unknown:
        raise GradeError(f"unknown format {unknown[0]}; there are {', '.join(gradebook.FORMATS)}")
    for lesson in lessons:
        if lesson not in bank.lessons():
            raise GradeError(f"no lesson {lesson} with exercises; there are {', '.join(bank.lessons())}")
    found = collect(Path(submissions), Path(out))
    book = gradebook.Gradebook(Path(out), formats)
    wanted = _wanted(found, lessons)
    if not wanted:
        raise GradeError(f"{submissions}: no file defines an exercise; `nnbook progress` lists the names")
    names = [e.name for e in wanted]
    seed = secrets.randbits(31) if seed is None else seed
    jobs = max(1, min(jobs or os.cpu_count() or 1, len(found)))

    kept: dict[str, list[dict[str, Any]]] = {}
    if resume:
        kept = {s.student: rows for s in found if (rows := book.load(s.student, s.digest(), names)) is not None}
    todo = deque(s for s in found if s.student not in kept)
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console or Console(stderr=True),
        disable=console is not None and not console.is_terminal,
    )
    with bar, _Runners(jobs, names, seed, device, timeout) as runners:
        task = bar.add_task("grading", total=len(found), completed=len(kept))
        for submission, reports in runners.work(todo):
            book.add(submission.student, submission.digest(), names, reports)
            bar.update(task, advance=1, description=submission.student[:30])
        bar.update(task, description="graded")
    rows = book.finish([s.student for s in found], kept)
    return Summary(rows, len(found), len(kept), Path(out))


def _wanted(found: list[Submission], lessons: tuple[str, ...]) -> list[bank.Exercise]:
    """The exercises to grade, in course order."""
    if lessons:
        return [e for e in bank.exercises() if e.lesson in lessons]
    present: set[str] = set()
    for submission in found:
        for path in submission.files:
            try:
                answers = read_answers(path)
            except BadFile:
                continue
            present |= answers.names | {name for b in answers.broken for name in b.mentions}
    return [e for e in bank.exercises() if e.name in present]


# -- in a runner's process ---------------------------------------------------------------------------------------------


def _run(connection: Any, names: list[str], seed: int, device: str, timeout: float | None) -> None:
    """A runner: take submissions until told to stop; send what came of each exercise, then None for the end."""
    while (files := connection.recv()) is not None:
        answers, problems = _read(files)
        for name in names:
            connection.send((name, _look(bank.find(name), answers, problems, seed, device, timeout)))
        connection.send(None)


def _read(files: tuple[Path, ...]) -> tuple[list[Answers], list[str]]:
    answers, problems = [], []
    for path in files:
        try:
            answers.append(read_answers(path))
        except BadFile as err:
            problems.append(str(err))
    return answers, problems


def _look(
    exercise: bank.Exercise, answers: list[Answers], problems: list[str], seed: int, device: str, timeout: float | None
) -> Report | Outcome:
    """The first of the student's files that has an answer counts, the one named after the lesson before the others."""
    ordered = sorted(answers, key=lambda a: exercise.lesson not in a.filename)
    early: Report | None = None
    for a in ordered:
        look = first_look(exercise, a)
        if not isinstance(look, Report):
            return run_answer(exercise, look, seed, device=device, timeout=timeout)
        if early is None or early.status == "missing":
            early = look
    if problems and (early is None or early.status == "missing"):
        return Report(exercise.name, "error", exercise.points, message=problems[0])
    return early or Report(exercise.name, "missing", exercise.points, message=f"{exercise.name} was not handed in")


class _Runners:
    """The runner processes, and the parent's end of their pipes."""

    def __init__(self, jobs: int, names: list[str], seed: int, device: str, timeout: float | None):
        self.jobs = jobs
        self.arguments = (names, seed, device, timeout)
        # CUDA does not survive a fork; elsewhere forking is what makes a runner cost milliseconds.
        method = "fork" if device == "cpu" and "fork" in multiprocessing.get_all_start_methods() else "spawn"
        self.context: Any = multiprocessing.get_context(method)
        self.alive: dict[Any, Any] = {}

    def __enter__(self) -> _Runners:
        import torch

        torch.set_num_threads(1)  # forking after torch's thread pool has worked can hang the child
        for name in self.arguments[0]:
            _ = bank.find(name).spec  # loaded once, inherited by every runner
        warm()  # inherited too
        for _ in range(self.jobs):
            self.start()
        return self

    def start(self) -> None:
        mine, its = self.context.Pipe()
        process = self.context.Process(target=_run, args=(its, *self.arguments), daemon=False)
        process.start()
        its.close()
        self.alive[mine] = process

    def __exit__(self, *error: Any) -> None:
        for connection, process in self.alive.items():
            with contextlib.suppress(OSError):
                connection.send(None)
            connection.close()
            process.join(5)
            if process.is_alive():
                process.kill()

    def work(self, todo: deque[Submission]):
        """Yield (submission, reports) as submissions are finished."""
        _, seed, device, timeout = self.arguments
        busy: dict[Any, tuple[Submission, dict[str, Report]]] = {}
        idle = list(self.alive)
        while todo or busy:
            while todo and idle:
                connection, submission = idle.pop(), todo.popleft()
                connection.send(submission.files)
                busy[connection] = (submission, {})
            ready: list[Any] = list(multiprocessing.connection.wait(list(busy)))
            for connection in ready:
                submission, reports = busy[connection]
                try:
                    message = connection.recv()
                except (EOFError, OSError):
                    del busy[connection]
                    self.alive.pop(connection).join(1)
                    self.start()
                    idle = [c for c in self.alive if c not in busy]
                    yield submission, self.filled(reports, "the process that graded this submission was ended")
                    continue
                if message is None:
                    del busy[connection]
                    idle.append(connection)
                    yield submission, self.filled(reports, "no result came back")
                    continue
                name, what = message
                if isinstance(what, Outcome):
                    what = conclude(bank.find(name), what, seed, device=device, timeout=timeout)
                reports[name] = what

    def filled(self, reports: dict[str, Report], reason: str) -> dict[str, Report]:
        """A row for every exercise: what has no result has an error, never nothing."""
        for name in self.arguments[0]:
            if name not in reports:
                reports[name] = Report(name, "error", bank.find(name).points, message=f"{name}: {reason}")
        return reports
