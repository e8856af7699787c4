"""`nnbook parity`: nnbook's components beside PyTorch's, case by case, and how fast they are."""

from __future__ import annotations

import difflib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch

from nnbook.cli.console import Problem, console, plain
from nnbook.cli.learn import need_device
from nnbook.parity import CaseResult, Spec, catalogue, compare, measure, observe, samples, specs

SEED = 0


@dataclass(frozen=True)
class Twins:
    """A component of nnbook and the one of torch that it rebuilds, with the spec about them if there is one."""

    name: str
    mine: Any
    theirs: Any
    home: str
    """Where both are found: "nn" for nnbook.nn and torch.nn."""
    spec: Spec | None


@dataclass(frozen=True)
class Row:
    """One component's result."""

    twins: Twins
    results: list[CaseResult]
    """The cases of nnbook's own spec, then torch's samples."""
    lines: int
    speed: float | None
    """How many times as long as torch it takes for the same work; None if it does none by itself."""

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
        return {
            "component": self.twins.name,
            "twin": f"torch.{self.twins.home}.{self.twins.name}",
            "passed": self.passing,
            "total": len(self.results),
            "lines": self.lines,
            "speed": round(self.speed, 3) if self.speed is not None else None,
            "cases": [{"name": r.name, "passed": r.passed, "message": r.message} for r in self.results],
        }


def twins() -> dict[str, Twins]:
    """Every class of torch.nn and torch.optim, and every function with a spec or samples, that nnbook rebuilds."""
    from nnbook import nn, optim

    schedulers = optim.lr_scheduler
    homes: list[tuple[str, Any, dict[str, Any]]] = [
        ("nn", nn, catalogue.modules()),
        ("optim", optim, catalogue.optimizers()),
        ("optim.lr_scheduler", schedulers, catalogue.schedulers()),
        ("nn.functional", nn.functional, catalogue.functions()),
        ("nn.init", nn.init, {n: f for n, f in vars(torch.nn.init).items() if n in specs.every()}),
        ("nn.utils", nn.utils, {n: f for n, f in vars(torch.nn.utils).items() if n in specs.every()}),
    ]
    found: dict[str, Twins] = {}
    for home, ours, theirs in homes:
        for name, reference in theirs.items():
            if hasattr(ours, name) and name not in found:
                found[name] = Twins(name, getattr(ours, name), reference, home, specs.every().get(name))
    return found


def own_twin(thing: Any) -> Any:
    """nnbook's counterpart of a function or class of torch.nn that a sample passes as an argument."""
    from nnbook import nn

    name = getattr(thing, "__name__", None) or ""
    if name and thing is getattr(torch.nn, name, None):
        return getattr(nn, name)
    if name and thing is getattr(torch.nn.functional, name, None):
        return getattr(nn.functional, name)
    return thing


def measured(pair: Twins, device: str, timed: bool = True) -> Row:
    """Compare one component with torch's over all cases and samples there are, and time both."""
    results: list[CaseResult] = []
    if pair.spec is not None:
        seen = observe(pair.spec, pair.mine, SEED, scope="library", device=device)
        expected = observe(pair.spec, pair.spec.reference, SEED, scope="library", device=device)
        results += compare(pair.spec, seen, expected, "library")
    results += samples.results(pair.name, pair.mine, device=device, translate=own_twin)
    return Row(pair, results, catalogue.lines_of(pair.mine), _speed(pair, device) if timed else None)


def _speed(pair: Twins, device: str) -> float | None:
    try:
        jobs = measure.jobs(pair.mine, pair.theirs, device)
        return measure.ratio(*jobs, device) if jobs is not None else None
    except Exception:
        # A component that cannot do the work has failed its cases already.
        if os.environ.get("NNBOOK_DEBUG"):
            raise
        return None


def _rows(pairs: list[Twins], device: str) -> Iterator[Row]:
    from rich.progress import track

    quiet = not console().is_terminal or len(pairs) == 1
    for pair in track(pairs, "comparing", transient=True, disable=quiet):
        yield measured(pair, device)


def parity(names: list[str], device: str, as_json: bool, as_markdown: bool = False) -> int:
    """Print the table; exit 1 if a case differs."""
    need_device(device)
    every = twins()
    for name in names:
        if name not in every:
            if name in catalogue.LEFT_OUT:
                raise Problem(f"torch.nn.{name} is not rebuilt here: {catalogue.LEFT_OUT[name]}")
            near = difflib.get_close_matches(name, every, n=3, cutoff=0.4)
            said = f"did you mean {' or '.join(near)}?" if near else "`nnbook parity` lists all there are"
            raise Problem(f"there is no component named {name}: {said}")
    try:
        samples.modules()
    except samples.SamplesMissing as err:
        raise Problem(str(err)) from err
    rows = list(_rows([every[name] for name in (names or every)], device))
    # A function without cases of its own is covered by its module; a class without any would prove nothing.
    rows = [row for row in rows if row.results or row.twins.home != "nn.functional"]
    if not rows:
        raise Problem("there is nothing to compare: is the installation whole?")
    if as_json:
        print(json.dumps([row.to_json() for row in rows], indent=1))
    elif as_markdown:
        print(_markdown(rows))
    else:
        _print(rows, cases=len(names) == 1)
    return 0 if all(row.passed for row in rows) else 1


_TIME = "time: one call forward and backward on realistic sizes, or one optimizer step over 100 parameters; one thread"
_LINES = "lines: code of the component and of the helpers it uses, without docstrings, comments and blank lines"


def _cells(row: Row) -> tuple[str, str, str, str, str]:
    cases = f"{row.passing}/{len(row.results)}" if row.results else "-"
    speed = f"{row.speed:.2f}" if row.speed is not None else "-"
    return row.twins.name, f"torch.{row.twins.home}.{row.twins.name}", cases, str(row.lines), speed


def _markdown(rows: list[Row]) -> str:
    lines = ["| component | twin | cases | lines | time / torch's |", "|---|---|---:|---:|---:|"]
    lines += [f"| {' | '.join(_cells(row))} |" for row in rows]
    return "\n".join(lines)


def _print(rows: list[Row], cases: bool) -> None:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD)
    titles = ("component", "twin", "cases", "lines", "time / torch's", "")
    for title, justify in zip(titles, ("left", "left", "right", "right", "right", "left"), strict=True):
        table.add_column(title, justify=justify, no_wrap=title != "twin")  # type: ignore[arg-type]
    for row in rows:
        said = "same" if row.passed else "DIFFERS"
        table.add_row(*_cells(row), said, style=None if row.passed else "red")
    console().print(table)
    for row in rows:
        for r in row.results:
            if cases or not r.passed:
                where = "" if cases else f"{row.twins.name}: "
                plain(f"{'same   ' if r.passed else 'DIFFERS'}  {where}{r.name}{': ' + r.message if r.message else ''}")
    plain(_TIME)
    plain(_LINES)
