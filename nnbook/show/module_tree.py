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
    kind: str  # "module", "parameter", "buffer", "buffer, not saved"
    text: str
    key: str = ""


def rows(module: Any) -> list[_Row]:
    """The tree from top to bottom: each module, its own parameters and buffers, then its children."""
    saved = module.state_dict()
    out: list[_Row] = []

    def walk(node: Any, depth: int, name: str, path: str) -> None:
        out.append(_Row(depth, name, "module", type(node).__name__))
        for kind, members in (("parameter", node._parameters), ("buffer", node._buffers)):
            for own, value in members.items():
                if value is not None:
                    kept = path + own in saved
                    text = str(tuple(value.shape)).replace("()", "one number")
                    out.append(_Row(depth + 1, own, kind if kept else f"{kind}, not saved", text, path + own))
        for own, child in node._modules.items():
            if child is not None:
                walk(child, depth + 1, own, f"{path}{own}.")

    walk(module, 0, "", "")
    return out


def tree(module: Any) -> style.Picture:
    """The tree of a module (torch's or nnbook's) on the left; on the right the keys of its state_dict, one for each leaf."""
    table = rows(module)
    if len(table) > _ROWS:
        raise ValueError(f"a picture holds {_ROWS} lines, and this module has {len(table)}: show one of its children")
    root = table[0].text

    def paint(fig: Figure) -> str:
        total = len(table) + 1
        ax = style.bare(fig.add_axes((0.01, 0, 0.98, 1)))
        ax.set(xlim=(0, 6.86), ylim=(total - 0.3, -0.75))
        pen = fig.canvas.get_renderer()  # type: ignore[attr-defined]
        right = 4.05
        ax.text(0, 0, "the tree", style="italic", va="center")
        ax.text(right, 0, "state_dict()", style="italic", va="center")
        above: dict[int, float] = {}  # depth -> where the stem of the module at that depth begins
        for y, row in enumerate(table, 1):
            x = 0.1 + 0.36 * row.depth
            if row.depth:
                stem = x - 0.27
                ax.plot((stem, stem, x - 0.1), (above[row.depth - 1], y, y), color=style.GREY, linewidth=1)
            if row.kind == "module":
                above[row.depth] = y + 0.3
                shown = ax.text(x - 0.03, y, f"{row.name}  " if row.name else "", va="center")
                x = _end(ax, shown, pen) if row.name else x - 0.03
                ax.text(x, y, row.text, va="center", weight="bold")
                continue
            index = 0 if row.kind.startswith("parameter") else 1
            kept = "not saved" not in row.kind
            look = style.mark(index, markersize=9, markerfacecolor=None if kept else "none", markeredgewidth=1.8)
            ax.plot(x, y, **look)
            shown = ax.text(x + 0.14, y, f"{row.name}  {row.text}", va="center")
            if kept:
                ax.plot(
                    (_end(ax, shown, pen) + 0.08, right - 0.22), (y, y), color=look["color"], linewidth=1.4, alpha=0.8,
                    linestyle=style.DASHES[2 * index],
                )  # fmt: skip
                ax.plot(right - 0.2, y, color=look["color"], marker=">", markersize=6)
                ax.text(right, y, row.key, va="center", family="monospace")
            else:
                ax.text(right, y, "(not saved)", va="center", style="italic")
        leaves = [r for r in table if r.kind != "module"]
        count = {k: sum(r.kind.startswith(k) for r in leaves) for k in ("parameter", "buffer")}
        listed = ", ".join(r.key for r in leaves if "not saved" not in r.kind)
        return (
            f"{root} drawn as a tree of {len(table) - len(leaves)} modules with {count['parameter']} parameters (circles) "
            f"and {count['buffer']} buffers (squares) as its leaves. From each leaf that is saved an arrow leads to its "
            f"key in the flat state_dict: {listed}."
        )

    return style.picture(paint, height=0.29 * (len(table) + 2), quick=True)


def _end(ax: Any, text: Any, pen: Any) -> float:
    """Where a text ends, in the units of the axes."""
    return float(ax.transData.inverted().transform((text.get_window_extent(pen).x1, 0))[0])
