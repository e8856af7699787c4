"""Which students handed in what: a folder per student, or a file per student, directly under the submissions folder."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass
from pathlib import Path

SUFFIXES = (".ipynb", ".py")


class GradeError(ValueError):
    """Grading cannot begin or go on; the text is one clear line."""


@dataclass(frozen=True)
class Submission:
    """One student's files."""

    student: str
    files: tuple[Path, ...]

    def digest(self) -> str:
        """A hash of the files' names and contents."""
        h = hashlib.sha256()
        for path in self.files:
            h.update(path.name.encode() + b"\0")
            try:
                h.update(path.read_bytes())
            except OSError as err:
                h.update(str(err).encode())
        return h.hexdigest()


def collect(folder: Path, out: Path | None = None) -> list[Submission]:
    """All submissions by student, in alphabetical order; `out`, if it lies there too, is none.

    Raises GradeError for an empty folder or a name used twice.
    """
    if not folder.exists():
        raise GradeError(f"{folder}: no such folder; give the folder that holds the students' notebooks")
    if not folder.is_dir():
        raise GradeError(f"{folder}: is a file; give the folder that holds the students' notebooks (or `nnbook check`)")
    found: dict[str, tuple[str, Path]] = {}
    submissions = []
    try:
        entries = sorted(folder.iterdir(), key=lambda p: p.name)
    except OSError as err:
        raise GradeError(f"{folder}: cannot be read ({err.strerror or err})") from None
    for entry in entries:
        if entry.name.startswith((".", "_")) or (out is not None and entry.resolve() == out.resolve()):
            continue
        if entry.is_dir():
            student, files = entry.name, _files(entry)
        elif entry.suffix in SUFFIXES:
            student, files = entry.stem, (entry,)
        else:
            continue
        key = unicodedata.normalize("NFC", student).casefold()
        if key in found:
            other = found[key][1]
            raise GradeError(f"{folder}: two students are named {student}: {other.name} and {entry.name}; rename one")
        found[key] = (student, entry)
        submissions.append(Submission(student, files))
    if not any(s.files for s in submissions):
        raise GradeError(f"{folder}: holds no submissions; expected NAME.ipynb, NAME.py or a folder NAME per student")
    return submissions


def _files(folder: Path) -> tuple[Path, ...]:
    hidden = {".ipynb_checkpoints", "__pycache__"}
    found = [
        p
        for p in sorted(folder.rglob("*"))
        if p.suffix in SUFFIXES and p.is_file() and not any(part in hidden for part in p.relative_to(folder).parts)
    ]
    return tuple(found)
