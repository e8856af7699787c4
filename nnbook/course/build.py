"""Building the learner's notebooks and the solved ones from the exercise bank, byte for byte the same each time."""

from __future__ import annotations

import contextlib
import copy
import json
import os
import re
import subprocess
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nnbook import bank
from nnbook.bank import Exercise
from nnbook.course.catalogue import CHECKOUT, find_lesson, in_checkout
from nnbook.course.errors import CourseError
from nnbook.course.files import write_atomically
from nnbook.course.progress import Progress

LEVELS = {1: "a warm-up", 2: "easy", 3: "medium", 4: "hard", 5: "very hard"}
KINDS = {"hunt": "Find the bug", "train": "Train it", "build": "Build it"}
_METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
_SECONDS_PER_NOTEBOOK = 600
_WIDGET = "application/vnd.jupyter.widget-view+json"


@dataclass
class Built:
    """What a build did, or what a check found; paths are relative to the root."""

    written: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


# -- making a notebook -------------------------------------------------------------------------------------------------


def notebook(lesson: str, *, solved: bool, exercises: Iterable[Exercise] | None = None) -> dict[str, Any]:
    """The notebook of a lesson's exercises as plain data: with the stubs, or with the solutions (not yet executed)."""
    exercises = list(bank.exercises(lesson) if exercises is None else exercises)
    cells = [
        _markdown("start", _opening(lesson, exercises, solved)),
        _code("imports", "import torch\nfrom torch import nn\n\nfrom nnbook import check, hint, progress"),
    ]
    for exercise in exercises:
        name = exercise.name
        cells += [
            _markdown(f"{name}-prompt", _prompt(exercise)),
            _code(f"{name}-answer", exercise.solution if solved else exercise.stub),
            _code(f"{name}-check", f"check({name})"),
        ]
        if not solved:
            cells.append(_code(f"{name}-hint", f"# hint({name})"))
    cells.append(_code("progress", f'progress("{lesson}")'))
    metadata = {**_METADATA, "nnbook": {"built_from": f"nnbook/bank/{lesson}"}}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def _opening(lesson: str, exercises: list[Exercise], solved: bool) -> str:
    found = find_lesson(lesson)
    built = f"<!-- Built from nnbook/bank/{lesson} by `nnbook build`: change it there, not here. -->"
    # a lesson that is still to be written is named, not linked to
    there = (CHECKOUT / "notebooks" / f"{found.id}.ipynb").exists()
    back = f"the lesson [{found.id}](../notebooks/{found.id}.ipynb)" if there else f"the lesson {found.id}"
    if solved:
        return (
            f"{built}\n# {found.number} {found.title}: solutions\n\n"
            f"The exercises of {back}, solved and checked. Another answer may be as good: "
            f"`check` compares what it does, not how it is written."
        )
    points = sum(e.points for e in exercises)
    minutes = sum(e.minutes for e in exercises)
    return (
        f"{built}\n# {found.number} {found.title}: exercises\n\n"
        f"These belong to {back}: {_count(len(exercises), 'exercise')}, {_count(points, 'point')}, "
        f"about {_count(minutes, 'minute')}.\n\n"
        "Write your code in place of `raise NotImplementedError`, run the cell, then run `check(...)` below it. "
        "It feeds your code the inputs that PyTorch's own gets and says what differs first; a mistake that it "
        "knows is named. Stuck? Take the `#` away in the hint cell and run it: each run goes one step further. "
        "You may add helpers and cells wherever you like, since an answer is found by its name."
    )


def _prompt(exercise: Exercise) -> str:
    facts = [KINDS.get(exercise.kind, ""), LEVELS[exercise.level], f"about {_count(exercise.minutes, 'minute')}"]
    facts.append(_count(exercise.points, "point"))
    said = " · ".join(f for f in facts if f)
    text = re.sub(r"\A#+ .*\n+", "", exercise.prompt)
    title = "" if exercise.title == exercise.name else f": {exercise.title}"
    return f"## `{exercise.name}`{title}\n*{said}*\n\n{text}"


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _markdown(name: str, text: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": _lines(text)}


def _code(name: str, text: str) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": name,
        "metadata": {},
        "outputs": [],
        "source": _lines(text),
    }


def _lines(text: str) -> list[str]:
    return text.strip("\n").splitlines(keepends=True)


def to_bytes(nb: dict[str, Any]) -> bytes:
    """The file: the form that Jupyter itself writes, with keys sorted."""
    return (json.dumps(nb, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


def _unexecuted(nb: dict[str, Any]) -> dict[str, Any]:
    nb = copy.deepcopy(nb)
    for cell in nb["cells"]:
        if cell["cell_type"] == "code":
            cell.update(outputs=[], execution_count=None)
    return nb


# -- executing ---------------------------------------------------------------------------------------------------------


def execute(nb: dict[str, Any], label: str) -> dict[str, Any]:
    """Run a solved notebook in a kernel of its own, with a fresh home. CourseError if a cell or a check fails."""
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    with tempfile.TemporaryDirectory() as folder:
        path = os.pathsep.join(filter(None, [str(CHECKOUT), os.environ.get("PYTHONPATH")]))
        env = {**os.environ, "NNBOOK_HOME": folder, "PYTHONPATH": path}
        client = NotebookClient(
            nbformat.reads(json.dumps(nb), as_version=4),
            timeout=_SECONDS_PER_NOTEBOOK,
            store_widget_state=False,
            kernel_name="python3",
            record_timing=False,
            coalesce_streams=True,  # two prints of one cell may arrive in one message or in two
            resources={"metadata": {"path": folder}},
        )
        try:
            # what the kernel itself says of sockets and ports is no output of the notebook
            done = client.execute(env=env, stderr=subprocess.DEVNULL)
        except CellExecutionError as err:
            raise CourseError(f"{label}: a cell raised {err.ename}: {err.evalue}") from err
        except (CellTimeoutError, DeadKernelError) as err:
            raise CourseError(f"{label}: the kernel did not finish: {str(err).strip().splitlines()[0]}") from err
        records = Progress(Path(folder))
    checked = {cell["id"].removesuffix("-check") for cell in nb["cells"] if cell["id"].endswith("-check")}
    if failed := sorted(name for name in checked if not records[name].passed):
        raise CourseError(f"{label}: the solution of {', '.join(failed)} does not pass its check")
    out = json.loads(nbformat.writes(done))
    out["metadata"] = nb["metadata"]
    for cell in out["cells"]:
        cell["metadata"] = {}
        for output in cell.get("outputs", []):
            if output["output_type"] == "stream" and output["name"] == "stderr":
                text = "".join(output["text"]).strip().splitlines()
                raise CourseError(f"{label}, cell {cell['id']}: writes to stderr: {text[-1] if text else ''}")
    return out


# -- build and check ---------------------------------------------------------------------------------------------------


def build(
    root: Path | None = None,
    *,
    check: bool = False,
    run: bool | None = None,
    force: bool = False,
    say: Callable[[str], None] = lambda line: None,
) -> Built:
    """Write exercises/ and solutions/ under `root`, or with `check` say what differs from what would be written.

    A solved notebook whose code is as it was keeps its outputs; `force` runs them all. With `check`, outputs are
    compared only if `run` is true; that a solved notebook was run, and without an error, is checked always.
    """
    if root is None:
        if not in_checkout():
            raise CourseError(
                "`nnbook build` works in a clone of the repository: this nnbook was installed from a wheel"
            )
        root = CHECKOUT
    built = Built()
    expected: set[str] = set()
    for lesson in bank.lessons():
        for folder, solved in (("exercises", False), ("solutions", True)):
            name = f"{folder}/{lesson}.ipynb"
            expected.add(name)
            try:
                _one(root / name, name, notebook(lesson, solved=solved), solved, check, run, force, built, say)
            except CourseError as err:
                built.problems.append(str(err))
    for folder in ("exercises", "solutions"):
        for path in sorted((root / folder).rglob("*.ipynb")):
            name = path.relative_to(root).as_posix()
            if name not in expected and ".ipynb_checkpoints" not in name:
                _extra(path, name, check, built)
    return built


def run_lessons(root: Path | None = None, say: Callable[[str], None] = lambda line: None) -> Built:
    """Run the lessons again where they stand and keep their new outputs; one that fails is left as it is."""
    if root is None and not in_checkout():
        raise CourseError("lessons are run again in a clone of the repository: this nnbook was installed from a wheel")
    built = Built()
    for path in sorted(((root or CHECKOUT) / "notebooks").glob("*.ipynb")):
        name = f"notebooks/{path.name}"
        say(f"running {name}")
        try:
            done = execute(_unexecuted(json.loads(path.read_bytes())), name)
        except CourseError as err:
            built.problems.append(str(err))
            continue
        for output in (o for cell in done["cells"] for o in cell.get("outputs", [])):
            # Without a kernel a saved widget is an error message; the picture beside it is not.
            output.get("data", {}).pop(_WIDGET, None)
            output.get("metadata", {}).pop(_WIDGET, None)
        wanted = to_bytes(done)
        if wanted == path.read_bytes():
            built.unchanged.append(name)
        else:
            write_atomically(path, wanted)
            built.written.append(name)
    return built


def _one(
    path: Path, name: str, fresh: dict, solved: bool, check: bool, run: bool | None, force: bool, built: Built,
    say: Callable[[str], None],
) -> None:  # fmt: skip
    there = path.read_bytes() if path.is_file() else None
    old = None
    if solved and there is not None:
        with contextlib.suppress(ValueError, KeyError, TypeError, AttributeError):
            parsed = json.loads(there)
            if to_bytes(parsed) == there and to_bytes(_unexecuted(parsed)) == to_bytes(fresh) and not _not_run(parsed):
                old = parsed
    if not solved:
        wanted: bytes | None = to_bytes(fresh)
    elif check and not run:
        wanted = there if old is not None else None
    elif old is not None and not (force or run):
        wanted = there
    else:
        say(f"running {name}")
        wanted = to_bytes(execute(fresh, name))
    if there is not None and wanted == there:
        built.unchanged.append(name)
    elif check:
        built.problems.append(f"{name} {'is missing' if there is None else _how_it_differs(there, fresh, solved)}")
    else:
        assert wanted is not None
        write_atomically(path, wanted)
        built.written.append(name)


def _not_run(nb: dict[str, Any]) -> str:
    """Why the outputs of a solved notebook cannot be right, or "" ."""
    for cell in nb["cells"]:
        if cell["cell_type"] == "code":
            if cell["execution_count"] is None:
                return f"was not run (cell {cell['id']} has no number)"
            if any(o["output_type"] == "error" for o in cell["outputs"]):
                return f"holds an error (cell {cell['id']})"
            if cell["id"].endswith("-check") and not cell["outputs"]:
                return f"was not run (cell {cell['id']} has no output)"
    return ""


def _how_it_differs(there: bytes, fresh: dict[str, Any], solved: bool) -> str:
    try:
        nb = json.loads(there)
        mine = {c["id"]: (c["cell_type"], "".join(c["source"])) for c in nb["cells"]}
        theirs = {c["id"]: (c["cell_type"], "".join(c["source"])) for c in fresh["cells"]}
        for cell, content in theirs.items():
            if mine.get(cell) != content:
                return f"differs from the bank, first in cell {cell}"
        if extra := [cell for cell in mine if cell not in theirs]:
            return f"has a cell too many: {extra[0]}"
        why = _not_run(nb) if solved else ""
        return why or "differs from what would be built, in its outputs or its layout"
    except (ValueError, KeyError, TypeError):
        return "is no notebook"


def _extra(path: Path, name: str, check: bool, built: Built) -> None:
    """A notebook that the bank does not know: removed by a build if a build had made it, else pointed at."""
    ours = False
    with contextlib.suppress(ValueError, KeyError, TypeError):
        ours = "built_from" in json.loads(path.read_bytes())["metadata"]["nnbook"]
    if check or not ours:
        built.problems.append(f"{name} is one too many: the bank has no such lesson")
    else:
        path.unlink()
        built.removed.append(name)
