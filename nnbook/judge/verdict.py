"""From an answer to a verdict: the rule first, then what it does beside what torch does, then which mistake that is."""

from __future__ import annotations

import ast
import contextlib
import linecache
import os
import secrets
import sys
from collections.abc import Iterator
from typing import Any

import torch

from nnbook import bank
from nnbook.bank import Exercise, Mistake
from nnbook.judge.answers import Answer, Answers, from_cells
from nnbook.judge.process import MEMORY_BYTES, Outcome, Overtime, in_child, time_limit
from nnbook.judge.report import Diagnosis, Report
from nnbook.judge.rule import check_rule
from nnbook.parity import CaseResult, Observations, agree, compare, observe
from nnbook.parity.observation import CaseObservation
from nnbook.parity.operators import without
from nnbook.parity.recorder import ERROR_KEY

_SHOWN: dict[tuple[str, str, str, int, str], CaseObservation] = {}
_REFERENCES: dict[tuple[str, int, str], Observations] = {}


def judge_source(
    exercise: Exercise,
    source: str,
    *,
    filename: str = "<answer>",
    seed: int | None = None,
    device: str = "cpu",
    timeout: float | None = None,
) -> Report:
    """Judge an answer given as text. It runs in a child process; a fresh secret seed is drawn unless one is given."""
    return judge_answers(
        exercise, from_cells([(filename, source)], filename), seed=seed, device=device, timeout=timeout
    )


def judge_answers(
    exercise: Exercise,
    answers: Answers,
    *,
    seed: int | None = None,
    device: str = "cpu",
    timeout: float | None = None,
    memory: int = MEMORY_BYTES,
) -> Report:
    """Judge the answer to one exercise among those that a file defines."""
    early = first_look(exercise, answers)
    if isinstance(early, Report):
        return early
    seed = secrets.randbits(31) if seed is None else seed
    outcome = run_answer(exercise, early, seed, device=device, timeout=timeout, memory=memory)
    return conclude(exercise, outcome, seed, device=device, timeout=timeout)


def first_look(exercise: Exercise, answers: Answers) -> Report | Answer:
    """Before anything runs: the verdict if the text alone decides it (missing, the rule, ...), else the answer."""
    answer = answers.answer(exercise.name)
    if answer is None:
        message = answers.syntax_error(exercise.name)
        if message:
            return _report(exercise, "error", message=message)
        return _report(exercise, "missing", message=f"{answers.filename}: does not define {exercise.name}")
    if _is_stub(answer):
        return _stub(exercise)
    violations = check_rule([p.node for p in answer.pieces], exercise.rule, exercise.name)
    if violations:
        return _report(exercise, "rule", violations=violations)
    return answer


def run_answer(
    exercise: Exercise,
    answer: Answer,
    seed: int,
    *,
    device: str = "cpu",
    timeout: float | None = None,
    memory: int = MEMORY_BYTES,
) -> Outcome:
    """Observe the answer in a child process. The only step in which somebody else's code runs."""
    limit = exercise.timeout if timeout is None else timeout
    if device != "cpu" or not hasattr(os, "fork"):
        from nnbook.judge.observer import observe_in_fresh_process

        return observe_in_fresh_process(exercise, answer, seed, device, limit, memory)
    warm(exercise)
    with _one_thread():  # a child forked while torch's thread pool lives can hang in it
        return in_child(lambda: observe_answer(exercise, answer, seed, device), limit, memory)


def conclude(
    exercise: Exercise, outcome: Outcome, seed: int, *, device: str = "cpu", timeout: float | None = None
) -> Report:
    """The verdict on what came back from the child. Runs none of the answer's code."""
    limit = exercise.timeout if timeout is None else timeout
    if outcome.kind != "done":
        return _unfinished(exercise, outcome, limit)
    try:
        seen = Observations.from_bytes(outcome.blob)
    except ValueError:
        return _report(exercise, "error", message=f"{exercise.name}: what came back cannot be read; it was not checked")
    return _verdict(exercise, seen, seed, device, limit)


def judge_object(
    exercise: Exercise,
    candidate: Any,
    answers: Answers | str | None = None,
    *,
    seed: int = 0,
    device: str = "cpu",
    timeout: float | None = None,
) -> Report:
    """Judge a live class or function in this process, as a notebook does; `answers` is its text, if known."""
    if isinstance(answers, str):
        answers = from_cells([("<answer>", answers)], "<answer>")
    answer = answers.answer(exercise.name) if answers else None
    if answer is not None:
        if _is_stub(answer):
            return _stub(exercise)
        violations = check_rule([p.node for p in answer.pieces], exercise.rule, exercise.name)
        if violations:
            return _report(exercise, "rule", violations=violations)
    elif not callable(candidate):
        return _report(
            exercise, "missing", message=f"{exercise.name} is a {type(candidate).__name__}, not a definition"
        )
    limit = exercise.timeout if timeout is None else timeout
    seen = Observations(exercise.name, seed)
    try:
        with _one_thread(), time_limit(limit):
            observe(exercise.spec, candidate, seed, device=device, forbidden=_watched(exercise), into=seen)
    except Overtime:
        pass
    return _verdict(exercise, seen, seed, device, limit)


def observe_answer(exercise: Exercise, answer: Answer, seed: int, device: str) -> bytes:
    """Run the answer's statements, observe the symbol, and put what was seen into bytes. Runs in the child."""
    torch.manual_seed(seed)
    for where, text in answer.sources.items():
        linecache.cache[where] = (len(text), None, text.splitlines(keepends=True), where)
    scope: dict[str, Any] = {"__name__": "answer"}
    sys.setrecursionlimit(3000)
    seen = Observations(exercise.name, seed)
    try:
        for piece in answer.pieces:
            exec(compile(ast.Module([piece.node], []), piece.where, "exec", answer.flags, dont_inherit=True), scope)
    except Overtime:
        seen.complete = False
        return seen.to_bytes()
    except BaseException as err:
        raise RuntimeError(f"{type(err).__name__} while it was read: {err}") from None
    try:
        observe(exercise.spec, scope[exercise.name], seed, device=device, forbidden=_watched(exercise), into=seen)
    except Overtime:
        seen.complete = False
    return seen.to_bytes()


def reference(exercise: Exercise, seed: int, device: str = "cpu") -> Observations:
    """What the exercise's reference does under this seed; kept, since a class is judged under one seed."""
    key = (exercise.name, seed, device)
    if key not in _REFERENCES:
        if len(_REFERENCES) > 256:
            _REFERENCES.clear()
        _REFERENCES[key] = observe(exercise.spec, exercise.spec.reference, seed, device=device)
    return _REFERENCES[key]


def diagnose(
    exercise: Exercise, seen: Observations, results: list[CaseResult], seed: int, device: str = "cpu"
) -> Diagnosis | None:
    """The mistake that agrees with the answer in every case that fails; among several, the one most like it overall."""
    failing = [r.name for r in results if not r.passed]
    if any(name not in seen.cases for name in failing):
        return None
    alive = list(exercise.mistakes)
    for name in failing:
        alive = [m for m in alive if agree(seen.cases[name], _shown_by(exercise, m, name, seed, device))]
        if not alive:
            return None
    if len(alive) > 1:
        passing = [r.name for r in results if r.passed]
        alive.sort(
            key=lambda m: sum(not agree(seen.cases[n], _shown_by(exercise, m, n, seed, device)) for n in passing)
        )
    return Diagnosis(alive[0].name, alive[0].title.rstrip("."), alive[0].explanation)


def _shown_by(exercise: Exercise, mistake: Mistake, case: str, seed: int, device: str) -> CaseObservation:
    """What a known mistake does in one case; kept, since a learner's next try meets the same inputs."""
    key = (exercise.name, mistake.name, case, seed, device)
    if key not in _SHOWN:
        if len(_SHOWN) > 4096:
            _SHOWN.clear()
        candidate = exercise.load(mistake.source, mistake.path)
        # Watched as the answer was: under a watch some of torch's backward formulas take another path, which shows
        # where NaN is.
        only = None if mistake.whole else [case]
        found = observe(exercise.spec, candidate, seed, device=device, forbidden=_watched(exercise), only=only)
        for name, shown in found.cases.items():
            _SHOWN[(exercise.name, mistake.name, name, seed, device)] = shown
    return _SHOWN[key]


def _watched(exercise: Exercise) -> frozenset[str]:
    if not exercise.rule.from_scratch:
        return frozenset()
    leaves = {name.rsplit(".", 1)[-1] for name in exercise.rule.allow}
    forbidden = {name.rsplit(".", 1)[-1] for name in exercise.rule.forbid}
    return without(leaves) | forbidden


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    """Tensors as small as these are only slowed down by a second thread."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _verdict(exercise: Exercise, seen: Observations, seed: int, device: str, limit: float) -> Report:
    with _one_thread():
        return _weighed(exercise, seen, seed, device, limit)


def _weighed(exercise: Exercise, seen: Observations, seed: int, device: str, limit: float) -> Report:
    expected = reference(exercise, seed, device)
    results = compare(exercise.spec, seen, expected)
    failed = [r for r in results if not r.passed]
    if not seen.complete:
        last = next(reversed(seen.cases), "")
        what = f'in the case "{last}"' if last else "before the first case"
        message = f"{exercise.name} did not finish within {limit:g} s, {what}. Is there a loop that never ends?"
        return _report(exercise, "timeout", cases=results, message=message, seed=seed)
    if seen.forbidden:
        names = ", ".join(seen.forbidden)
        return _report(exercise, "rule", violations=[f"calls {names} while it runs; build it from simpler operations"])
    if not failed:
        return _report(exercise, "passed", cases=results, seed=seed)
    if _nothing_written(seen, failed, len(results)):
        return _stub(exercise)
    if any(_out_of_memory(seen, r.name) for r in failed):
        return _report(
            exercise, "memory", cases=results, message=f"{exercise.name} asked for more memory than it may have"
        )
    return _report(
        exercise, "failed", cases=results, diagnosis=diagnose(exercise, seen, results, seed, device), seed=seed
    )


def _error(seen: Observations, case: str) -> dict[str, Any]:
    record = seen.cases[case].records.get(ERROR_KEY) if case in seen.cases else None
    return record.extra if record else {}


def _nothing_written(seen: Observations, failed: list[CaseResult], total: int) -> bool:
    return len(failed) == total and all(_error(seen, r.name).get("type") == "NotImplementedError" for r in failed)


def _out_of_memory(seen: Observations, case: str) -> bool:
    error = _error(seen, case)
    return error.get("type") == "MemoryError" or "can't allocate memory" in error.get("message", "")


def _unfinished(exercise: Exercise, outcome: Outcome, limit: float) -> Report:
    name = exercise.name
    if outcome.kind == "timeout":
        message = f"{name} did not finish within {limit:g} s. Is there a loop that never ends?"
        return _report(exercise, "timeout", message=message)
    if outcome.kind == "memory":
        return _report(exercise, "memory", message=f"{name} asked for more memory than it may have")
    return _report(exercise, "error", message=f"{name} could not be run: {outcome.reason}")


def _is_stub(answer: Answer) -> bool:
    """Whether the function, or every method of the class, of that name does nothing but raise NotImplementedError."""
    node = next(p.node for p in reversed(answer.pieces) if answer.name in p.binds)
    if isinstance(node, ast.ClassDef):
        methods = [n for n in node.body if isinstance(n, ast.FunctionDef)]
        return (
            bool(methods)
            and any(map(_unwritten, methods))
            and all(_unwritten(m) or m.name in ("__init__", "extra_repr") for m in methods)
        )
    return isinstance(node, ast.FunctionDef) and _unwritten(node)


def _unwritten(node: ast.FunctionDef) -> bool:
    body = [n for n in node.body if not (isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant))]
    if len(body) != 1 or not isinstance(body[0], ast.Raise) or body[0].exc is None:
        return False
    raised = body[0].exc
    raised = raised.func if isinstance(raised, ast.Call) else raised
    return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"


def _stub(exercise: Exercise) -> Report:
    message = f"{exercise.name} is not written yet: put your code in place of `raise NotImplementedError`"
    return _report(exercise, "missing", message=message)


def _report(exercise: Exercise, status: str, **more: Any) -> Report:
    following = ""
    if status == "passed":
        names = [e.name for e in bank.exercises(exercise.lesson)]
        after = names[names.index(exercise.name) + 1 :] if exercise.name in names else []
        following = after[0] if after else ""
    return Report(exercise.name, status, exercise.points, next_exercise=following, **more)


def warm(exercise: Exercise | None = None) -> None:
    """Do now what would make the first check of an exercise (or of any) wait.

    The first optimizer of a process loads torch's compiler, which takes over a second.
    """
    if exercise is None or exercise.kind != "build" or exercise.spec.twin.startswith("torch.optim"):
        torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)
