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
from nnbook.judge import from_cells, judge_object, judge_source


def once(run) -> float:
    start = time.perf_counter()
    run()
    return (time.perf_counter() - start) * 1000


def timings(exercise: bank.Exercise, runs: int, child: bool) -> tuple[list[float], list[float]]:
    """Milliseconds for right answers and for wrong ones (with their diagnosis)."""

    def checker(source, path):
        if child:
            return lambda: judge_source(exercise, source)
        candidate, cells = exercise.load(source, path), [("cell", source)]
        return lambda: judge_object(exercise, candidate, from_cells(cells, "notebook"))

    right = checker(exercise.solution, exercise.folder / "solution.py")
    wrong = [checker(m.source, m.path) for m in exercise.mistakes]
    for run in (right, *wrong):
        run()
    return [once(right) for _ in range(runs)], [once(run) for run in wrong for _ in range(max(1, runs // len(wrong)))]


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="exercises (default: all)")
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--child", action="store_true")
    args = parser.parse_args()
    torch.set_num_threads(1)
    # the first optimizer of a process takes over a second
    torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)

    where = "nnbook check, after start-up" if args.child else "in a notebook"
    table = Table(title=f"milliseconds per check: {where}")
    for column in ("exercise", "right: median", "p95", "wrong: median", "p95"):
        table.add_column(column, justify="left" if column == "exercise" else "right")
    every_right: list[float] = []
    every_wrong: list[float] = []
    for exercise in [bank.find(n) for n in args.names] or bank.exercises():
        right, wrong = timings(exercise, args.runs, args.child)
        every_right += right
        every_wrong += wrong
        row = [statistics.median(right), percentile(right, 0.95), statistics.median(wrong), percentile(wrong, 0.95)]
        table.add_row(exercise.name, *(f"{v:.1f}" for v in row))
    table.add_section()
    row = [f(v) for v in (every_right, every_wrong) for f in (statistics.median, lambda x: percentile(x, 0.95))]
    table.add_row("all", *(f"{v:.1f}" for v in row))
    Console().print(table)
    print(f"torch {torch.__version__}, Python {platform.python_version()}, {platform.machine()}, one thread")


if __name__ == "__main__":
    main()
