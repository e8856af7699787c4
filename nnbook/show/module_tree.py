"""A module as the tree that it is, beside the flat state_dict that is saved of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nnbook.show import style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_ROWS = 40


@dataclass
class _Row:
    depth: int
    name: str
    kind: str  # "module", "parameter", "buffer"
    text: str
    key: str = ""
    saved: bool = False


def rows(module: Any) -> list[_Row]:
    """The tree from top to bottom: each module, its own parameters and buffers, then its children."""
    saved = module.state_dict()
    out: list[_Row] = []

    def walk(node: Any, depth: int, name: str, path: str) -> None:
        out.append(_Row(depth, name, "module", type(node).__name__))
        for kind, members in (("parameter", node._parameters), ("buffer", node._buffers)):
            for own, value in members.items():
                if value is not None:
                    key = path + own
                    out.append(_Row(depth + 1, own, kind, str(tuple(value.shape)), key, key in saved))
        for own, child in node._modules.items():
            if child is not None:
                walk(child, depth + 1, own, f"{path}{own}.")

    walk(module, 0, "", "")
    return out


def tree(module: Any) -> style.Picture:
    """A module (torch's or nnbook's) as a tree, and beside each leaf its key in the state_dict."""
    table = rows(module)
    if len(table) > _ROWS:
        raise ValueError(f"a picture holds {_ROWS} lines, and this module has {len(table)}: show one of its children")

    def paint(fig: Figure) -> str:
        total = len(table) + 1
        ax = style.bare(fig.add_axes((0.01, 0, 0.98, 1)))
        ax.set(xlim=(0, 6.86), ylim=(total - 0.3, -0.75))
        pen = fig.canvas.get_renderer()  # type: ignore[attr-defined]
        stems: dict[int, float] = {}  # depth -> where the stem below the module at that depth begins
        ends = {}
        for y, row in enumerate(table, 1):
            x = 0.1 + 0.36 * row.depth
            if row.depth:
                stem = x - 0.27
                ax.plot((stem, stem, x - 0.1), (stems[row.depth - 1], y, y), color=style.GREY, linewidth=1)
            if row.kind == "module":
                stems[row.depth] = y + 0.3
                x -= 0.03
                if row.name:
                    x = _end(ax, ax.text(x, y, f"{row.name}  ", va="center"), pen)
                ax.text(x, y, row.text, va="center", weight="bold")
            else:
                ax.plot(x, y, **_mark(row))
                ends[y] = _end(ax, ax.text(x + 0.14, y, f"{row.name}  {row.text}", va="center"), pen)

        right = max(2.8, *ends.values()) + 0.7 if ends else 3.5
        ax.text(0, 0, "the tree", style="italic", va="center")
        ax.text(right, 0, "state_dict()", style="italic", va="center")
        for y, end in ends.items():
            row = table[y - 1]
            if row.saved:
                colour, dashes = (style.BLUE, "-") if row.kind == "parameter" else (style.VERMILLION, style.DASHES[2])
                ax.plot((end + 0.08, right - 0.2), (y, y), color=colour, linewidth=1.4, linestyle=dashes)
                ax.plot(right - 0.17, y, color=colour, marker=">", markersize=6)
            said = {"family": "monospace"} if row.saved else {"style": "italic"}
            ax.text(right, y, row.key if row.saved else "not saved", va="center", **said)  # type: ignore[arg-type]

        leaves = [r for r in table if r.kind != "module"]
        count = {kind: sum(r.kind == kind for r in leaves) for kind in ("parameter", "buffer")}
        return (
            f"{table[0].text} drawn as a tree of {len(table) - len(leaves)} modules with {count['parameter']} "
            f"parameters (circles) and {count['buffer']} buffers (squares) as its leaves. From each leaf that is saved "
            f"an arrow leads to its key in the flat state_dict: {', '.join(r.key for r in leaves if r.saved)}."
        )

    return style.picture(paint, height=0.29 * (len(table) + 2), quick=True)


def _mark(row: _Row) -> dict[str, Any]:
    hollow = {} if row.saved else {"markerfacecolor": "none"}
    return style.mark(0 if row.kind == "parameter" else 1, markersize=9, markeredgewidth=1.8, **hollow)


def _end(ax: Any, text: Any, pen: Any) -> float:
    """Where a text ends, in the units of the axes."""
    return float(ax.transData.inverted().transform((text.get_window_extent(pen).x1, 0))[0])
