"""`nnbook parity`: nnbook's components beside PyTorch's, case by case, and how fast they are."""

from __future__ import annotations

import difflib
import importlib
import json
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch

from nnbook.cli.console import Problem, console, plain
from nnbook.cli.learn import need_device
from nnbook.parity import Case, CaseResult, FunctionSpec, ModuleSpec, OptimizerSpec, Spec, compare, observe, specs
from nnbook.parity.inputs import build as build_input
from nnbook.parity.inputs import generator

SEED = 0
_ROUNDS, _SECONDS = 7, 0.02


@dataclass(frozen=True)
class Row:
    """One component's result."""

    name: str
    twin: str
    results: list[CaseResult]
    speed: float | None
    """How many times as long as torch one call takes, forward and backward; None if it cannot be timed alone."""

    @property
    def passing(self) -> int:
        """How many cases pass."""
        return sum(r.passed for r in self.results)

    @property
    def passed(self) -> bool:
        """Whether all do."""
        return self.passing == len(self.results)

    def to_json(self) -> dict[str, Any]:
        """As data."""
        cases = [{"name": r.name, "passed": r.passed, "message": r.message} for r in self.results]
        return {
            "component": self.name,
            "twin": self.twin,
            "passed": self.passing,
            "total": len(self.results),
            "speed": round(self.speed, 3) if self.speed is not None else None,
            "cases": cases,
        }


def twins() -> dict[str, tuple[Spec, Any]]:
    """Every spec about something of torch that nnbook has too, with nnbook's."""
    nn, optim = importlib.import_module("nnbook.nn"), importlib.import_module("nnbook.optim")
    parts = [importlib.import_module(f"nnbook.nn.{part}") for part in ("functional", "init")]
    homes = {"torch.optim": [optim], "torch.nn": [nn, *parts]}
    found = {}
    for name, spec in specs.every().items():
        origin = getattr(spec.reference, "__module__", None) or spec.twin
        for root, modules in homes.items():
            if origin.startswith((root, "torch._C")) or spec.twin.startswith(root):
                candidate = next((c for m in modules if (c := getattr(m, name, None)) is not None), None)
                if candidate is not None:
                    found[name] = (spec, candidate)
                    break
    return found


def measure(name: str, spec: Spec, candidate: Any, device: str, seed: int = SEED) -> Row:
    """Compare one component with torch's over all of its cases, and time both."""
    seen = observe(spec, candidate, seed, scope="library", device=device)
    expected = observe(spec, spec.reference, seed, scope="library", device=device)
    results = compare(spec, seen, expected, "library")
    return Row(name, _public(spec), results, _speed(spec, candidate, device))


def _public(spec: Spec) -> str:
    """The name under which people import the twin: torch.nn.Linear, not torch.nn.modules.linear.Linear."""
    for module in (torch.nn, torch.optim, torch.nn.functional, torch.nn.init):
        if getattr(module, spec.name, None) is spec.reference:
            return f"{module.__name__}.{spec.name}"
    return spec.twin


def _speed(spec: Spec, candidate: Any, device: str) -> float | None:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # on inputs this small, waking a second thread would be all that one measures
    try:
        mine, theirs = _job(spec, candidate, device), _job(spec, spec.reference, device)
        if mine is None or theirs is None:
            return None
        # in turns, so that a busy machine slows both
        ratios = [_seconds(mine, device) / _seconds(theirs, device) for _ in range(_ROUNDS)]
        return statistics.median(ratios)
    except Exception:  # a component that cannot do the job has failed its cases already
        return None
    finally:
        torch.set_num_threads(threads)


def _job(spec: Spec, thing: Any, device: str) -> Callable[[], Any] | None:
    """One unit of work: a call with its backward on the spec's first input, or a step of an optimizer."""
    if isinstance(spec, OptimizerSpec):
        params = [torch.nn.Parameter(torch.ones(64, 64, device=device)) for _ in range(8)]
        for p in params:
            p.grad = torch.ones_like(p)
        return thing(params, lr=1e-3).step
    case = next((c for c in spec.cases if isinstance(c, Case) and c.inputs), None)
    if case is None or not isinstance(spec, (ModuleSpec, FunctionSpec)):
        return None
    recipes = case.inputs[0] if isinstance(case.inputs[0], tuple) else (case.inputs[0],)
    draw = generator(SEED, case.name)
    inputs = [build_input(r, draw, torch.float32, device, False) for r in recipes]
    inputs = [x.requires_grad_() if isinstance(x, torch.Tensor) and x.is_floating_point() else x for x in inputs]
    if isinstance(spec, FunctionSpec):
        call = lambda: thing(*inputs, *case.args, **case.kwargs, **case.call_kwargs)  # noqa: E731
    else:
        module = thing(*case.args, **case.kwargs)
        module = module.to(device) if hasattr(module, "to") else module
        call = lambda: module(*inputs, **case.call_kwargs)  # noqa: E731

    def once() -> None:
        out = call()
        while isinstance(out, (tuple, list)):
            out = out[0]
        if isinstance(out, torch.Tensor) and out.requires_grad:
            out.sum().backward()

    return once


def _seconds(job: Callable[[], Any], device: str) -> float:
    job()
    count, start = 0, time.perf_counter()
    while (spent := time.perf_counter() - start) < _SECONDS:
        job()
        count += 1
    if device.startswith("cuda"):
        torch.cuda.synchronize()
        spent = time.perf_counter() - start
    return spent / count


def parity(names: list[str], device: str, as_json: bool) -> int:
    """Print the table; exit 1 if a case differs."""
    need_device(device)
    every = twins()
    for name in names:
        if name not in every:
            near = difflib.get_close_matches(name, every, n=3, cutoff=0.4)
            said = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(every)}"
            raise Problem(f"there is no component named {name}: {said}")
    rows = [measure(name, *every[name], device) for name in (names or every)]
    if not rows:
        raise Problem("no component has both a spec and a twin in nnbook; is the installation whole?")
    if as_json:
        print(json.dumps([row.to_json() for row in rows], indent=1))
    else:
        _print(rows, cases=len(names) == 1)
    return 0 if all(row.passed for row in rows) else 1


def _print(rows: list[Row], cases: bool) -> None:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD)
    for title, justify in (
        ("component", "left"),
        ("twin", "left"),
        ("cases", "right"),
        ("time / torch's", "right"),
        ("", "left"),
    ):
        table.add_column(title, justify=justify, no_wrap=title != "twin")  # type: ignore[arg-type]
    for row in rows:
        speed = f"{row.speed:.2f}" if row.speed is not None else "-"
        style = None if row.passed else "red"
        table.add_row(
            row.name,
            row.twin,
            f"{row.passing}/{len(row.results)}",
            speed,
            "same" if row.passed else "DIFFERS",
            style=style,
        )
    console().print(table)
    for row in rows:
        for r in row.results:
            if cases or not r.passed:
                where = "" if cases else f"{row.name}: "
                plain(f"{'same   ' if r.passed else 'DIFFERS'}  {where}{r.name}{': ' + r.message if r.message else ''}")
    plain("time: forward and backward on the first input of the spec, or one optimizer step; one thread, in this run")
