"""The commands of those who teach and maintain: grade, build."""

from __future__ import annotations

import importlib
import inspect
from pathlib import Path
from typing import Any

from nnbook.cli.console import Problem, console, error, plain
from nnbook.cli.learn import need_device


def grade(submissions: Path, out: Path, formats: str, dask: str | None, given: dict[str, Any]) -> int:
    """Hand over to nnbook.grader."""
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
    summary = grader.grade(submissions, out, formats=wanted, console=console(), **given)
    return int(getattr(summary, "exit_code", 0))


def build(check: bool, execute: bool, force: bool) -> int:
    """Build, or compare with what would be built."""
    from nnbook.course import build as builder

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
