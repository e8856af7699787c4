"""The lessons: what they ask, in which order, and where their notebooks lie."""

from __future__ import annotations

import functools
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nnbook.course.errors import CourseError

if TYPE_CHECKING:
    from nnbook.bank import Exercise

_HERE = Path(__file__).resolve().parent
CHECKOUT = _HERE.parent.parent
"""The repository that this package stands in, when it was not installed from a wheel."""


def in_checkout() -> bool:
    """Whether the package runs from its repository (a clone, or an editable install of one)."""
    return (CHECKOUT / "pyproject.toml").is_file() and (CHECKOUT / "nnbook" / "bank").is_dir()


def content_root() -> Path:
    """The folder of notebooks/, exercises/ and solutions/: the repository, or the content that a wheel carries."""
    packaged = _HERE / "content"
    if packaged.is_dir():
        return packaged
    if in_checkout():
        return CHECKOUT
    raise CourseError(f"the notebooks are missing from this installation ({packaged}): install nnbook again")


@dataclass(frozen=True)
class Lesson:
    """One lesson of the catalogue."""

    id: str
    title: str
    question: str
    minutes: int
    prerequisites: tuple[str, ...] = ()
    introduces: tuple[str, ...] = ()
    """The names of torch.nn and torch.optim that it is the first to use."""

    @property
    def number(self) -> str:
        """Its two digits: "02" of "02_layers"."""
        return self.id.split("_", 1)[0]

    @property
    def notebook(self) -> Path:
        """Where its notebook lies, or would."""
        return content_root() / "notebooks" / f"{self.id}.ipynb"

    @property
    def is_there(self) -> bool:
        """Whether it has been written: its notebook file is there."""
        return self.notebook.is_file()

    @property
    def exercises(self) -> list[Exercise]:
        """Its exercises, in order; empty if it has none yet."""
        from nnbook import bank

        return bank.exercises(self.id) if self.id in bank.lessons() else []


@functools.cache
def lessons() -> tuple[Lesson, ...]:
    """All lessons, in course order, written or not."""
    table = tomllib.loads((_HERE / "lessons.toml").read_text(encoding="utf-8"))
    found = tuple(
        Lesson(**{**row, "prerequisites": tuple(row["prerequisites"]), "introduces": tuple(row["introduces"])})
        for row in table["lesson"]
    )
    known: set[str] = set()
    for lesson in found:
        if lesson.id in known or not set(lesson.prerequisites) <= known:
            raise ValueError(f"lessons.toml: {lesson.id} stands twice, or before a lesson that it needs")
        known.add(lesson.id)
    return found


def find_lesson(text: str) -> Lesson:
    """The lesson of that id, of that number ("2", "02") or of that name without its number ("layers")."""
    wanted = text.strip().removesuffix(".ipynb")
    for lesson in lessons():
        if wanted in (lesson.id, lesson.number, lesson.number.lstrip("0"), lesson.id.split("_", 1)[1]):
            return lesson
    import difflib

    names = [lesson.id for lesson in lessons()]
    near = difflib.get_close_matches(wanted, names, n=3, cutoff=0.4) or names
    raise CourseError(f"there is no lesson {text!r}; did you mean {' or '.join(near[:3])}?")
