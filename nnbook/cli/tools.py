"""The commands of those who teach and maintain: grade, build."""

from __future__ import annotations

import importlib
import inspect
from collections import Counter
from pathlib import Path
from typing import Any

from nnbook.cli.console import Problem, error, plain, progress_console
from nnbook.cli.learn import need_device
from nnbook.course import find_lesson


def grade(
    submissions: Path, out: Path, formats: str, lessons: list[str], dask: str | None, given: dict[str, Any]
) -> int:
    """Hand over to nnbook.grader, then say what came of it; exit 0 if every answer passed, 1 if not."""
    wanted = [f.strip() for f in formats.split(",") if f.strip()]
    if not wanted:
        raise Problem("--format: names no format; try --format csv,html")
    if not submissions.is_dir():
        what = "is a file, not a folder" if submissions.exists() else "no such folder"
        raise Problem(f"{submissions}: {what}; give the folder that holds the students' notebooks")
    need_device(given["device"])
    grader: Any = importlib.import_module("nnbook.grader")

    if dask is not None:
        if "dask" not in inspect.signature(grader.grade).parameters:
            raise Problem("--dask: this version grades on one machine; use --jobs")
        given = {**given, "dask": dask}
    chosen = tuple(find_lesson(lesson).id for lesson in lessons)
    summary = grader.grade(submissions, out, formats=tuple(wanted), lessons=chosen, console=progress_console(), **given)
    counts = Counter(str(row["status"]) for row in summary.rows)
    students = len({row["student"] for row in summary.rows})
    said = ", ".join(f"{count} {status}" for status, count in counts.most_common())
    plain(f"{students} student{'s' if students != 1 else ''}, {len(summary.rows)} answers: {said}")
    plain(f"in {out}: {', '.join(sorted(p.name for p in out.iterdir() if not p.name.startswith('.')))}")
    return 0 if summary.rows and set(counts) == {"passed"} else 1


def build(check: bool, execute: bool, force: bool, lessons: bool) -> int:
    """Build, or compare with what would be built; or run the lessons again."""
    from nnbook.course import build as builder

    if lessons:
        built = builder.run_lessons(say=plain)
    else:
        built = builder.build(check=check, run=execute or None, force=force, say=plain)
    for name in built.written:
        plain(f"written  {name}")
    for name in built.removed:
        plain(f"removed  {name}")
    for problem in built.problems:
        error(problem)
    if built.problems:
        if check:
            error("the notebooks are not what the bank makes: run `nnbook build`")
        return 1
    total = len(built.unchanged) + len(built.written)
    plain(f"{total} notebook{'s' if total != 1 else ''}, {len(built.unchanged)} as they were")
    return 0
