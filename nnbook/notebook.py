"""What a notebook imports: check, hint, progress, xray.

Each shows what it has to say at once, also in the middle of a cell, and returns it; as the last value of the cell that
made it, it is not shown twice.
"""

from __future__ import annotations

import functools
import inspect
import sys
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from nnbook import bank
from nnbook.course import progress as _progress

if TYPE_CHECKING:
    from nnbook.bank import Exercise
    from nnbook.judge import Answers, Report

__all__ = ["check", "hint", "progress", "xray"]


def check(x: Any, *, seed: int = 0, device: str = "cpu") -> Report:
    """Compare your class or function with PyTorch's and say what differs first.

    `x` is what you defined, or its name: `check(Linear)` and `check("Linear")` are the same. A wrong answer
    never raises; the returned Report has `.passed`, `.cases`, `.diagnosis` and `.violations`.
    """
    from nnbook.judge import Report, judge_object

    frame = inspect.currentframe()
    assert frame is not None and frame.f_back is not None
    name, candidate = _resolve(x, frame.f_back)
    try:
        exercise = bank.find(name)
    except bank.UnknownExercise as err:
        return _show(Report(name, "missing", 0, message=str(err)))
    if candidate is _NOWHERE:
        message = f"{name} is not defined yet: run the cell that defines it, then check again"
        return _show(Report(name, "missing", exercise.points, message=message))
    if type(candidate).__name__ == name:
        message = f"{name} is an object here, not its definition: write check({name}), without building one"
        return _show(Report(name, "missing", exercise.points, message=message))
    if not callable(candidate):
        message = f"{name} is a {type(candidate).__name__} here, not a definition: run the cell that defines it again"
        return _show(Report(name, "missing", exercise.points, message=message))
    answers = _answers(name, candidate)
    try:
        report = judge_object(exercise, candidate, answers, seed=seed, device=device)
    except SystemExit:
        message = f"{name} ends the program: take the call of exit() or quit() out"
        report = Report(name, "error", exercise.points, message=message)
    store = _progress.Progress()
    store.record_check(report, answers.source_for(name) if answers else None)
    _tell(store)
    return _show(report)


def hint(x: Any, step: int | None = None) -> Hint:
    """The next hint for an exercise: one step further at each call. `step` asks for one of the three by its number.

    The count starts anew with each kernel, so that running a notebook again from the top shows the same.
    """
    frame = inspect.currentframe()
    assert frame is not None and frame.f_back is not None
    name, _ = _resolve(x, frame.f_back)
    try:
        exercise = bank.find(name)
    except bank.UnknownExercise as err:
        return _show(Hint(str(err)))
    total = len(exercise.hints)
    step = _STEPS.get(name, 0) + 1 if step is None else step
    step = max(1, min(step, total))
    _STEPS[name] = step
    store = _progress.Progress()
    store.record_hint(name, step, min(step + 1, total))
    _tell(store)
    return _show(Hint(hint_text(exercise, step)))


def hint_text(exercise: Exercise, step: int) -> str:
    """One hint with its number, as Markdown."""
    total = len(exercise.hints)
    more = "" if step < total else " That was the last one."
    return f"**Hint {step} of {total} for `{exercise.name}`.**{more}\n\n{exercise.hints[step - 1]}"


def progress(lesson: str | None = None) -> _progress.View:
    """How far you are: all lessons, or the exercises of one, as in `progress("02_layers")`.

    The table of one lesson looks at that lesson's best results alone. So a notebook in which every exercise has just
    been checked prints the same table on every machine, whatever was done there before: lessons and solutions use
    that form.
    """
    store = _progress.Progress()
    view = _progress.view(store, lesson)
    _tell(store)
    return _show(view)


def xray(module: Any, *args: Any, **kwargs: Any) -> Any:
    """Look inside a module: its tree, parameters, buffers and the shapes that flow through it. See `nnbook.show`."""
    from nnbook import show

    return show.xray(module, *args, **kwargs)


class Hint:
    """A hint: Markdown in a notebook, text elsewhere."""

    def __init__(self, markdown: str):
        self.markdown = markdown

    def __repr__(self) -> str:
        return self.markdown.replace("**", "")

    def _repr_markdown_(self) -> str:
        return self.markdown


# -- finding what is meant ---------------------------------------------------------------------------------------------

_NOWHERE = object()
_STEPS: dict[str, int] = {}


def _resolve(x: Any, frame: FrameType) -> tuple[str, Any]:
    """The exercise's name and the object, which was given by name, as itself, or as an object built from it."""
    spaces = [frame.f_locals, frame.f_globals]
    ip = _ipython()
    if ip is not None:
        spaces.append(ip.user_ns)
    if isinstance(x, str):
        name = x.strip()
        return name, next((space[name] for space in spaces if name in space), _NOWHERE)
    own = getattr(x, "__name__", None)
    name = own if own and isinstance(own, str) else type(x).__name__
    known = {e.name for e in bank.exercises()}
    if name not in known:
        # `affine = lambda ...` or `Linear = MyLinear`: called by the name it is bound to
        name = next((n for space in spaces for n, v in space.items() if v is x and n in known), name)
    return name, x


def _answers(name: str, candidate: Any) -> Answers | None:
    """The text that `candidate` came from: in a notebook the cells run so far, else the file that it was defined in."""
    from nnbook.judge import from_cells

    ip = _ipython()
    home = getattr(candidate, "__module__", None)
    if ip is not None and home in ("__main__", None):
        # as typed: IPython's own translation hides what stands below a `%%time`
        cells = ip.history_manager.input_hist_raw
        answers = from_cells([(f"cell [{i}]", text) for i, text in enumerate(cells) if text], "this notebook")
        _drop_stale(answers)
        return answers if name in answers.names else None
    try:
        path = inspect.getsourcefile(inspect.unwrap(candidate))
        text = Path(path or "").read_text(encoding="utf-8")
    except (TypeError, OSError, ValueError):
        return None
    answers = from_cells([(Path(path or "").name, text)], Path(path or "").name)
    return answers if name in answers.names else None


def _drop_stale(answers: Answers) -> None:
    """Forget lines such as `Linear.forward = f` that were run before the newest definition of what they change."""
    newest: dict[str, int] = {}
    for i, piece in enumerate(answers.pieces):
        newest.update(dict.fromkeys(piece.binds, i))
    answers.pieces = [
        piece
        for i, piece in enumerate(answers.pieces)
        if not piece.patches or piece.binds or any(i > newest.get(n, -1) for n in piece.patches)
    ]


# -- showing -----------------------------------------------------------------------------------------------------------


def _ipython() -> Any:
    """The running IPython shell, or None; IPython is not loaded just to ask."""
    module = sys.modules.get("IPython")
    return module.get_ipython() if module is not None else None


def _show(thing: Any) -> Any:
    ip = _ipython()
    if ip is None:
        print(thing)
        return thing
    _publish(thing)
    # As the cell's last value it would be shown a second time; in a later cell it is shown like any value.
    thing._ipython_display_ = functools.partial(_publish_later, thing, ip.execution_count)
    return thing


def _publish_later(thing: Any, cell: int) -> None:
    ip = _ipython()
    if ip is None or ip.execution_count != cell:
        _publish(thing)


def _publish(thing: Any) -> None:
    from IPython.display import display

    data = {"text/plain": repr(thing)}
    for kind, method in (("text/html", "_repr_html_"), ("text/markdown", "_repr_markdown_")):
        if hasattr(thing, method):
            data[kind] = getattr(thing, method)()
    display(data, raw=True)


def _tell(store: _progress.Progress) -> None:
    for line in store.notices:
        print(f"nnbook: {line}", file=sys.stderr)


def _warm() -> None:
    """Load what the first check needs while the import cell runs; a first optimizer alone takes over a second."""
    from nnbook.judge import warm

    warm()


if _ipython() is not None:
    _warm()
