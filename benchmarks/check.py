"""How long a learner waits for `check`: every exercise's solution and its mistakes, median and 95th percentile.

    python benchmarks/check.py [--runs N] [--child] [NAME ...]

A check in a notebook runs in the kernel's own process, with torch loaded and the first check of the process behind it;
its reference observations are kept. `--child` times what `nnbook check` does after start-up: fresh inputs, a forked
process.
"""

from __future__ import annotations

import argparse
import platform
import statistics
import time

import torch
from rich.console import Console
from rich.table import Table

from nnbook import bank
from nnbook.judge import from_cells, judge_object, judge_source, verdict, warm


def once(run) -> float:
    start = time.perf_counter()
    run()
    return (time.perf_counter() - start) * 1000


def timings(exercise: bank.Exercise, runs: int, child: bool) -> tuple[list[float], list[float], list[float]]:
    """Milliseconds for right answers, for a first wrong one (with its diagnosis), and for wrong ones after that."""

    def checker(source, path):
        if child:
            return lambda: judge_source(exercise, source)
        candidate, cells = exercise.load(source, path), [("cell", source)]
        return lambda: judge_object(exercise, candidate, from_cells(cells, "notebook"))

    right = checker(exercise.solution, exercise.folder / "solution.py")
    wrong = [checker(m.source, m.path) for m in exercise.mistakes]
    right()
    first = []
    for run in wrong:
        verdict._SHOWN.clear()  # as if it were the first wrong answer of this kernel
        first.append(once(run))
    for run in wrong:
        run()
    again = [once(run) for run in wrong for _ in range(max(1, runs // len(wrong)))]
    return [once(right) for _ in range(runs)], first, again


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def cells(columns) -> list[str]:
    """Median and 95th percentile of each column."""
    return [f"{value:.1f}" for c in columns for value in (statistics.median(c), percentile(c, 0.95))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="exercises (default: all)")
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--child", action="store_true")
    args = parser.parse_args()
    torch.set_num_threads(1)
    warm()

    where = "nnbook check, after start-up" if args.child else "in a notebook"
    table = Table(title=f"milliseconds per check: {where}")
    for column in ("exercise", "right", "p95", "first wrong", "p95", "wrong", "p95"):
        table.add_column(column, justify="left" if column == "exercise" else "right")
    every: list[list[float]] = [[], [], []]
    for exercise in [bank.find(n) for n in args.names] or bank.exercises():
        columns = timings(exercise, args.runs, args.child)
        for kept, column in zip(every, columns, strict=True):
            kept += column
        table.add_row(exercise.name, *cells(columns))
    table.add_section()
    table.add_row("all", *cells(every))
    Console().print(table)
    print(f"torch {torch.__version__}, Python {platform.python_version()}, {platform.machine()}, one thread")


if __name__ == "__main__":
    main()
