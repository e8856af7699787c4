"""Every component beside torch's: time of a training step's worth of work, and the most memory it holds.

    python benchmarks/components.py [--device cuda] [--compiled] [--optimizers] [--markdown] [NAME ...]

Each ratio is nnbook's time over torch's, the two measured in turns in the same run on one thread. `--compiled` puts
both through torch.compile first (this takes seconds for each: a compiler runs).
"""

from __future__ import annotations

import argparse
import math
import platform
import statistics
import sys
import warnings
from typing import Any

import torch
from rich.console import Console
from rich.progress import track
from rich.table import Table

from nnbook import nn, optim
from nnbook.parity import catalogue, measure

RECURRENT = ("RNN", "LSTM", "GRU", "RNNCell", "LSTMCell", "GRUCell")
# torch.compile leaves these to torch's own kernels (it unrolls nnbook's loop over time), or cannot trace them.
NOT_COMPILED = ("RNN", "LSTM", "GRU", "AdaptiveLogSoftmaxWithLoss", "CTCLoss")


def compiled(module: Any) -> Any:
    torch.compiler.reset()
    return torch.compile(module if isinstance(module, torch.nn.Module) else nn.as_torch(module))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--compiled", action="store_true", help="put both through torch.compile")
    parser.add_argument("--optimizers", action="store_true", help="optimizers, not modules")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--markdown", action="store_true")
    options = parser.parse_args()
    warnings.simplefilter("ignore")

    theirs, home = (catalogue.optimizers(), optim) if options.optimizers else (catalogue.modules(), nn)
    rows = []
    for name in track(options.names or list(theirs), "timing", transient=True, console=Console(stderr=True)):
        if options.compiled and (name in NOT_COMPILED or name.startswith("Lazy")):
            continue
        row = measured(name, getattr(home, name), theirs[name], options)
        if row is not None:
            rows.append(row)
    report(rows, options)


def measured(name: str, mine: Any, twin: Any, options: argparse.Namespace) -> tuple[str, float, float, float] | None:
    """Name, milliseconds of torch's, ratio of time, ratio of memory."""
    wrap = compiled if options.compiled else (lambda m: m)
    if name == "Optimizer":
        return None
    try:
        jobs = measure.jobs(mine, twin, options.device, wrap)
        if jobs is None:
            return None
        with measure.one_thread():
            ratio = measure.ratio(*jobs, options.device, options.rounds)
            base = measure.per_call(jobs[1], options.device)
            ours, peak = (measure.peak_bytes(job, options.device) for job in jobs)
    except Exception as err:
        print(f"{name}: {type(err).__name__}: {str(err).splitlines()[0] if str(err) else ''}", file=sys.stderr)
        return (name, math.nan, math.nan, math.nan)
    return name, base * 1000, ratio, ours / peak if peak else math.nan


def report(rows: list[tuple[str, float, float, float]], options: argparse.Namespace) -> None:
    titles = ("component", "torch, ms", "time / torch's", "peak memory / torch's")
    cells = [(n, f"{ms:.3f}", f"{r:.2f}", f"{m:.2f}" if math.isfinite(m) else "-") for n, ms, r, m in rows]
    if options.markdown:
        print(f"| {' | '.join(titles)} |\n|---|---:|---:|---:|")
        print("\n".join(f"| {' | '.join(line)} |" for line in cells))
    else:
        table = Table(*titles)
        for line in cells:
            table.add_row(*line)
        Console().print(table)
    plain = [r for n, _, r, _ in rows if n not in RECURRENT and math.isfinite(r)]
    print()
    how = "torch.compile" if options.compiled else "eager"
    print(f"{how}, {options.device}, torch {torch.__version__}, {platform.machine()}, one thread")
    if plain:
        worst = max((r, n) for n, _, r, _ in rows if math.isfinite(r))
        mean, middle = statistics.geometric_mean(plain), statistics.median(plain)
        print(f"{len(plain)} components without the recurrent ones: geometric mean {mean:.2f}, median {middle:.2f}")
        print(f"the slowest of all is {worst[1]} with {worst[0]:.2f}")
    heavy = [f"{n} {m:.1f}" for n, _, _, m in rows if m > 2]
    if heavy:
        print("more than twice torch's peak memory: " + ", ".join(heavy))


if __name__ == "__main__":
    main()
