"""How long a component takes and how much memory, beside torch's doing the same work in the same run."""

from __future__ import annotations

import contextlib
import os
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch.profiler import ProfilerActivity, profile

from nnbook.parity import workloads

Job = Callable[[], Any]


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """On work this small, waking other threads would be much of what one measures."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def jobs(
    mine: Any, theirs: Any, device: str = "cpu", wrap: Callable[[Any], Any] = lambda m: m
) -> tuple[Job, Job] | None:
    """The same realistic work for a component and for its twin; None if it has none that can be timed alone."""
    if isinstance(theirs, type) and issubclass(theirs, torch.optim.Optimizer):
        return _steps(mine, device), _steps(theirs, device)
    work = workloads.find(theirs.__name__) if isinstance(theirs, type) else None
    return (work.job(mine, device, wrap), work.job(theirs, device, wrap)) if work is not None else None


def _steps(optimizer: Any, device: str) -> Job:
    """A step over 100 parameters: 50 matrices and 50 vectors (for Muon matrices alone)."""
    name = optimizer.__name__
    shapes = [(256, 256), (256, 16) if name == "Muon" else (256,)]
    params = [torch.nn.Parameter(torch.ones(s, device=device)) for s in shapes for _ in range(50)]
    draw = torch.Generator().manual_seed(workloads.SEED)
    for p in params:
        grad = torch.randn(p.shape, generator=draw).to(device)
        p.grad = grad.to_sparse(1) if name == "SparseAdam" else grad
    made = optimizer(params, lr=1e-4)
    if name != "LBFGS":
        return made.step

    def closure() -> torch.Tensor:
        return torch.ones((), device=device)

    return lambda: made.step(closure)


def ratio(mine: Job, theirs: Job, device: str = "cpu", rounds: int = 7, seconds: float = 0.02) -> float:
    """How many times as long `mine` takes: the median of several rounds, the two in turns so that a busy machine slows
    both."""
    with one_thread():
        return statistics.median(
            per_call(mine, device, seconds) / per_call(theirs, device, seconds) for _ in range(rounds)
        )


def per_call(job: Job, device: str = "cpu", seconds: float = 0.02) -> float:
    """Seconds for one call, the work on the device included."""
    job()
    _wait(device)
    count, start = 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        job()
        count += 1
    _wait(device)
    return (time.perf_counter() - start) / count


def _wait(device: str) -> None:
    if device.startswith("cuda"):
        torch.cuda.synchronize()


def peak_bytes(job: Job, device: str = "cpu") -> int:
    """The most memory that one call holds beyond what was there before it."""
    job()
    if device.startswith("cuda"):
        torch.cuda.synchronize()
        torch.cuda.reset_peak_memory_stats()
        before = torch.cuda.memory_allocated()
        job()
        return torch.cuda.max_memory_allocated() - before
    os.environ.setdefault("KINETO_LOG_LEVEL", "99")  # the profiler would tell of its starts and stops
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as seen:
        job()
    changes = [e for e in seen.profiler.kineto_results.events() if e.name() == "[memory]"]  # type: ignore[union-attr]
    held = peak = 0
    for change in sorted(changes, key=lambda e: e.start_ns()):
        held += change.nbytes()
        peak = max(peak, held)
    return peak
