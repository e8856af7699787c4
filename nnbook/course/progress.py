"""What a learner has done so far: one small file, written in one step, never trusted to be whole.

It lies in the folder that NNBOOK_HOME names, else in the workspace around the current folder, else where the platform
keeps a user's data.
"""

from __future__ import annotations

import contextlib
import hashlib
import html
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nnbook.course.catalogue import Lesson, find_lesson, lessons
from nnbook.course.errors import CourseError
from nnbook.course.files import reason, write_atomically
from nnbook.course.workspace import STATE, find_workspace

if TYPE_CHECKING:
    from nnbook.bank import Exercise
    from nnbook.judge import Report

FILE = "progress.json"


@dataclass
class Record:
    """What is remembered of one exercise: the best result, and how one got there."""

    passed: bool = False
    points: int = 0
    checks: int = 0
    status: str = ""
    """Of the latest check."""
    hints: int = 0
    """The furthest hint that was shown."""
    next_hint: int = 1
    """Which one `nnbook hint` shows next."""
    source: str = ""
    """A hash of the latest answer."""


def home() -> Path:
    """The folder in which progress is kept."""
    chosen = os.environ.get("NNBOOK_HOME")
    if chosen:
        return Path(chosen).expanduser()
    workspace = find_workspace()
    if workspace:
        return workspace / STATE
    import platformdirs

    return Path(platformdirs.user_data_dir("nnbook", appauthor=False))


class Progress:
    """The records, read when needed, written at each change. `notices` are lines for the user, if anything is odd."""

    def __init__(self, folder: Path | None = None):
        self.path = (folder or home()) / FILE
        self.notices: list[str] = []
        self.records = self._read()

    def __getitem__(self, name: str) -> Record:
        return self.records.get(name, Record())

    def record_check(self, report: Report, source: str | None) -> None:
        """Remember a report: a pass stays a pass, whatever is tried afterwards."""
        with self._change(report.exercise) as record:
            record.checks += 1
            record.status = report.status
            record.passed = record.passed or report.passed
            record.points = max(record.points, report.points)
            if source is not None:
                record.source = hashlib.sha256(source.encode("utf-8", "surrogatepass")).hexdigest()

    def record_hint(self, name: str, step: int, following: int) -> None:
        """Remember that hint `step` was shown, and which comes next."""
        with self._change(name) as record:
            record.hints = max(record.hints, step)
            record.next_hint = following

    def reset(self) -> Path | None:
        """Start anew; the old file is kept under another name, which is returned."""
        try:
            aside = self._aside("old") if self.path.exists() else None
        except OSError as err:
            raise CourseError(f"{self.path} cannot be moved aside ({reason(err)})") from err
        self.records = {}
        return aside

    @contextlib.contextmanager
    def _change(self, name: str) -> Iterator[Record]:
        """Read again, change one record, write: two kernels may be at work at once."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            lock: contextlib.AbstractContextManager = _locked(self.path.with_suffix(".lock"))
        except OSError:
            lock = contextlib.nullcontext()
        with lock:
            self.records = self._read()
            yield self.records.setdefault(name, Record())
            table = {"format": 1, "exercises": {k: asdict(v) for k, v in sorted(self.records.items())}}
            try:
                write_atomically(self.path, (json.dumps(table, indent=1) + "\n").encode())
            except OSError as err:
                self._notice(f"progress is not being kept: {self.path} cannot be written ({reason(err)})")

    def _read(self) -> dict[str, Record]:
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            return {}
        except OSError as err:
            self._notice(f"progress cannot be read: {self.path} ({reason(err)})")
            return {}
        try:
            return {str(name): _record(row) for name, row in json.loads(data)["exercises"].items()}
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            try:
                aside = self._aside("damaged")
                self._notice(f"the progress file was damaged; it is kept as {aside}, and counting starts anew")
            except OSError as err:
                self._notice(f"the progress file {self.path} is damaged and cannot be moved aside ({reason(err)})")
            return {}

    def _aside(self, word: str) -> Path:
        number = 1
        while (aside := self.path.with_name(f"progress.{word}{'' if number == 1 else f'-{number}'}.json")).exists():
            number += 1
        os.replace(self.path, aside)
        return aside

    def _notice(self, line: str) -> None:
        if line not in self.notices:
            self.notices.append(line)


def _record(row: dict[str, Any]) -> Record:
    record = Record(**{f.name: row[f.name] for f in fields(Record) if f.name in row})
    for f in fields(Record):
        if type(getattr(record, f.name)) is not type(f.default):
            raise TypeError(f"{f.name} is {getattr(record, f.name)!r}")
    return record


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    try:
        import fcntl
    except ImportError:  # Windows: the last of two writers wins, which costs one count
        yield
        return
    with open(path, "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


# -- showing it --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """One row of the table: an exercise of a lesson, or a lesson as a whole."""

    name: str
    title: str
    state: str
    points: int
    max_points: int


class View:
    """Progress as a table: HTML in a notebook, text elsewhere. It shows best results, so a rerun shows the same."""

    def __init__(self, lines: list[Line], heading: str, following: str):
        self.lines = lines
        self.heading = heading
        self.following = following

    @property
    def points(self) -> int:
        """Points earned."""
        return sum(line.points for line in self.lines)

    @property
    def max_points(self) -> int:
        """Points to be had."""
        return sum(line.max_points for line in self.lines)

    def to_json(self) -> dict[str, Any]:
        """The same as data."""
        return {
            "rows": [asdict(line) for line in self.lines],
            "points": self.points,
            "max_points": self.max_points,
            "next": self.following,
        }

    def text(self) -> str:
        """As plain text."""
        rows = [(l.name, l.title, l.state, _points(l)) for l in self.lines]
        widths = [max((len(row[i]) for row in rows), default=0) for i in range(4)]
        out = [f"{self.heading}: {self.points} of {self.max_points} points"]
        out += ["  " + "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows]
        return "\n".join([*out, self.closing])

    @property
    def closing(self) -> str:
        """The last line: what comes next."""
        if self.following:
            return f"Next: {self.following}"
        return "Everything here is done." if self.max_points else "There are no exercises here."

    def __repr__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        e = html.escape
        left = "style='text-align:left'"
        rows = "".join(
            f"<tr><th scope='row' {left}>{e(l.name)}</th><td {left}>{e(l.title)}</td>"
            f"<td {left}>{e(l.state)}</td><td {left}>{e(_points(l))}</td></tr>"
            for l in self.lines
        )
        return (
            f"<table><caption style='text-align:left;caption-side:top'>{e(self.heading)}: "
            f"{self.points} of {self.max_points} points</caption>"
            f"<thead><tr><th scope='col' {left}>name</th><th scope='col' {left}>what it is</th>"
            f"<th scope='col' {left}>state</th><th scope='col' {left}>points</th></tr></thead>"
            f"<tbody>{rows}</tbody></table><div>{e(self.closing)}</div>"
        )


def _points(line: Line) -> str:
    return f"{line.points}/{line.max_points}" if line.max_points else ""


def view(progress: Progress, lesson: str | None = None) -> View:
    """The table of all lessons, or of one lesson's exercises."""
    if lesson is not None:
        found = find_lesson(lesson)
        todo = [x for x in found.exercises if not progress[x.name].passed]
        lines = [_exercise_line(x, progress) for x in found.exercises]
        return View(lines, f"{found.number} {found.title}", todo[0].name if todo else "")
    shown = [l for l in lessons() if l.is_there or l.exercises]
    todo = [x for l in shown for x in l.exercises if not progress[x.name].passed]
    following = f"{todo[0].name}, in exercises/{todo[0].lesson}.ipynb" if todo else ""
    return View([_lesson_line(l, progress) for l in shown], "nnbook", following)


def _exercise_line(exercise: Exercise, progress: Progress) -> Line:
    record = progress[exercise.name]
    state = "passed" if record.passed else "tried" if record.checks else "not yet"
    points = min(record.points, exercise.points)
    return Line(exercise.name, exercise.summary, state, points, exercise.points)


def _lesson_line(lesson: Lesson, progress: Progress) -> Line:
    lines = [_exercise_line(x, progress) for x in lesson.exercises]
    done = sum(l.state == "passed" for l in lines)
    state = f"{done} of {len(lines)} passed" if lines else "to read"
    return Line(lesson.id, lesson.question, state, sum(l.points for l in lines), sum(l.max_points for l in lines))
