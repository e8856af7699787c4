"""nnbook's components beside torch's: how many cases of the spec they share."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Row:
    """One component: how many of its cases agree with torch, and what differs first."""

    name: str
    twin: str
    passed: int
    total: int
    difference: str = ""

    @property
    def share(self) -> str:
        """How many agree. "All" bears no number, so that a spec may grow without changing what a lesson prints."""
        return "all" if self.passed == self.total > 0 else f"{self.passed} of {self.total}"


class ParityTable:
    """The rows, as text and as an HTML table."""

    def __init__(self, rows: list[Row]):
        self.rows = rows

    def __repr__(self) -> str:
        table = [
            ("nnbook", "torch", "cases that agree"),
            *((r.name, r.twin, r.share) for r in self.rows),
        ]
        widths = [max(len(line[i]) for line in table) for i in range(2)]
        lines = [f"{a:<{widths[0]}}  {b:<{widths[1]}}  {c}" for a, b, c in table]
        return "\n".join(lines + [f"{r.name} differs: {r.difference}" for r in self.rows if r.difference])

    def _repr_html_(self) -> str:
        body = "".join(
            f"<tr><td style='text-align:left'><code>{html.escape(r.name)}</code></td>"
            f"<td style='text-align:left'><code>{html.escape(r.twin)}</code></td>"
            f"<td>{r.share}</td>"
            f"<td style='text-align:left'>{html.escape(r.difference) or 'the same'}</td></tr>"
            for r in self.rows
        )
        heads = "".join(
            f"<th scope='col' style='text-align:left'>{head}</th>"
            for head in ("nnbook", "torch", "cases that agree", "result")
        )
        return f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"


def parity(*names: str) -> ParityTable:
    """Runs the specs of the components named, nnbook's and torch's, now, and counts the cases in which they agree."""
    from nnbook.parity import compare, observe, specs

    rows = []
    for name in names:
        spec, (ours, home) = specs.find(name), _ours(name)
        seen = observe(spec, ours, 0, scope="library")
        expected = observe(spec, spec.reference, 0, scope="library")
        results = compare(spec, seen, expected, "library")
        wrong = next((f"{r.name}: {r.message}" for r in results if not r.passed), "")
        rows.append(Row(f"{home}.{name}", f"torch.{home}.{name}", sum(r.passed for r in results), len(results), wrong))
    return ParityTable(rows)


def _ours(name: str) -> tuple[Any, str]:
    """nnbook's component of that name, and where torch keeps its twin."""
    from nnbook import nn, optim

    places = {"nn": nn, "nn.functional": nn.functional, "nn.init": nn.init, "optim": optim}
    for home, place in {**places, "optim.lr_scheduler": optim.lr_scheduler}.items():
        if hasattr(place, name):
            return getattr(place, name), home
    raise AttributeError(f"nnbook has no component {name!r}")
