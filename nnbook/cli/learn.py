"""The learner's commands: lab, check, hint, solution, progress."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nnbook import bank
from nnbook.cli.console import Problem, console, error, plain, width
from nnbook.course import progress as _progress
from nnbook.course import workspace

if TYPE_CHECKING:
    from nnbook.judge import Answers, Report


def lab(folder: Path | None, no_browser: bool, port: int | None) -> None:
    """Update the workspace, say what happened, serve."""
    root = (folder or Path(workspace.DEFAULT)).expanduser()
    update = workspace.update_workspace(root)
    for line in update.notices:
        error(line)
    if update.copied:
        plain(f"{root}: {_files(update.copied)} copied")
    if update.replaced:
        plain(f"{root}: {_files(update.replaced)} brought up to date ({', '.join(update.replaced)})")
    for name, beside in update.beside.items():
        plain(f"{root}: {name} is yours and stays; its new version is {beside}")
    status = workspace.serve(root, browser=not no_browser, port=port, announce=_announce)
    if status:
        raise Problem(f"JupyterLab ended with status {status}", 1)


def _announce(address: str) -> None:
    plain(f"JupyterLab is at {address}")
    plain("Ctrl-C here ends it.")
    sys.stdout.flush()


def _files(names: list[str]) -> str:
    return f"{len(names)} file{'s' if len(names) != 1 else ''}"


def need_device(device: str) -> None:
    """Refuse a device that is not there."""
    kind = device.split(":")[0]
    if kind not in ("cpu", "cuda"):
        raise Problem(f"--device {device}: choose cpu or cuda")
    if kind == "cuda":
        import torch

        if not torch.cuda.is_available():
            raise Problem("--device cuda: torch sees no CUDA device here; `nnbook doctor` says what it sees")


def check(
    files: list[Path], exercise: str | None, device: str, as_json: bool, seed: int | None, timeout: float | None
) -> int:
    """Judge every file; a file that cannot be read costs only its own results."""
    if exercise is not None:
        bank.find(exercise)
    need_device(device)
    # what a library or an answer prints must not get between the JSON
    with _stdout_kept() if as_json else contextlib.nullcontext():
        from nnbook.judge import BadFile, judge_answers, read_answers

        found: list[tuple[Path, Report]] = []
        unreadable = False
        store = _progress.Progress()
        for path in files:
            try:
                answers = read_answers(path)
                names = [exercise] if exercise is not None else _asked(answers, path)
            except (BadFile, Problem) as err:
                error(str(err))
                unreadable = True
                continue
            for name in names:
                report = judge_answers(bank.find(name), answers, seed=seed, device=device, timeout=timeout)
                found.append((path, report))
                store.record_check(report, answers.source_for(name))
                if not as_json:
                    _print_report(path, report, len(files) > 1)
        for line in store.notices:
            error(line)
    if as_json:
        print(json.dumps([report.to_json(str(path)) for path, report in found], indent=1, ensure_ascii=True))
    if unreadable:
        return 2
    return 0 if all(report.passed for _, report in found) else 1


def _asked(answers: Answers, path: Path) -> list[str]:
    """The exercises that a file answers, also those that stand in a cell with a syntax error, in course order."""
    mentioned = answers.names.union(*(b.mentions for b in answers.broken))
    names = [e.name for e in bank.exercises() if e.name in mentioned]
    if not names and answers.broken:
        b = answers.broken[0]
        raise Problem(f'{b.where}: syntax error on line {b.line}, "{b.reason}"; nothing was checked')
    if not names:
        raise Problem(f"{path}: defines no exercise of the course (`nnbook progress LESSON` lists their names)")
    return names


def _print_report(path: Path, report: Report, several: bool) -> None:
    text = report.text(width()).replace(f"Next:  hint({report.exercise})", f"Next:  nnbook hint {report.exercise}")
    first, _, rest = text.partition("\n")
    where = f"{path}: " if several else ""
    word = "PASS" if report.passed else "NOT YET" if report.status == "missing" else report.status.upper()
    word = "FAIL" if word == "FAILED" else word
    console().print(f"{word}  ", style="bold green" if report.passed else "bold red", end="", highlight=False)
    plain(where + first)
    if rest:
        plain(rest)
    plain()


@contextlib.contextmanager
def _stdout_kept() -> Iterator[None]:
    """Send everything written to stdout, also by C code and children, to stderr for a while."""
    sys.stdout.flush()
    try:
        number = sys.stdout.fileno()
        kept = os.dup(number)
    except (OSError, ValueError, AttributeError):  # stdout is not a file: tests, some editors
        with contextlib.redirect_stdout(sys.stderr):
            yield
        return
    os.dup2(sys.stderr.fileno(), number)
    try:
        yield
    finally:
        sys.stdout.flush()
        os.dup2(kept, number)
        os.close(kept)


def hint(name: str, reset: bool) -> None:
    """Print the next hint."""
    exercise = bank.find(name)
    store = _progress.Progress()
    total = len(exercise.hints)
    step = 1 if reset else min(store[name].next_hint, total)
    store.record_hint(name, step, min(step + 1, total))
    plain(f"Hint {step} of {total} for {name}", "bold")
    plain()
    _markdown(exercise.hints[step - 1])
    plain()
    after = (
        f"Next: nnbook hint {name}"
        if step < total
        else f"That was the last one. Next: nnbook solution {name} --show-anyway"
    )
    plain(after)
    for line in store.notices:
        error(line)


def _markdown(text: str) -> None:
    if not console().is_terminal:
        plain(text)
        return
    from rich.markdown import Markdown

    console().print(Markdown(text), width=width())


def solution(name: str, show_anyway: bool) -> None:
    """Print a solution that was earned, or asked for."""
    exercise = bank.find(name)
    store = _progress.Progress()
    for line in store.notices:
        error(line)
    if not (show_anyway or store[name].passed):
        raise Problem(
            f"{name} has not passed here yet: `nnbook hint {name}` goes a step at a time, "
            f"`nnbook solution {name} --show-anyway` shows the answer now",
            1,
        )
    if not console().is_terminal:
        plain(exercise.solution.rstrip("\n"))
        return
    from rich.syntax import Syntax

    console().print(Syntax(exercise.solution, "python", theme="ansi_dark", background_color="default"))


_STATE_STYLES = {"passed": "green", "tried": "yellow"}


def progress(lesson: str | None, as_json: bool, reset: bool) -> None:
    """Print the table."""
    store = _progress.Progress()
    if reset:
        aside = store.reset()
        error(f"progress starts anew; the old record is {aside}" if aside else "there was no progress to reset")
    view = _progress.view(store, lesson)
    for line in store.notices:
        error(line)
    if as_json:
        print(json.dumps(view.to_json(), indent=1, ensure_ascii=True))
        return
    if not console().is_terminal:
        plain(view.text())
        return
    console().print(_table(view))
    plain(view.closing)


def _table(view: _progress.View) -> Any:
    from rich import box
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, title_justify="left", title_style="bold")
    table.title = f"{view.heading}: {view.points} of {view.max_points} points"
    table.add_column("name", no_wrap=True)
    table.add_column("what it is")
    table.add_column("state", no_wrap=True)
    table.add_column("points", justify="right", no_wrap=True)
    for line in view.lines:
        points = f"{line.points}/{line.max_points}" if line.max_points else ""
        table.add_row(escape(line.name), escape(line.title), line.state, points, style=_STATE_STYLES.get(line.state))
    return table
