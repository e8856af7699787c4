"""One neuron with one input, y = w x + b: its line through some points, and the loss for every w and b."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nnbook.show import style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Nine points around y = 0.8 x + 0.5.
_X = (-2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0)
_Y = (-0.9, -1.0, -0.2, 0.4, 0.2, 1.1, 1.2, 1.5, 2.3)


def loss(w: Any, b: Any) -> Any:
    """The mean squared error of the line over the nine points, for numbers or arrays."""
    return sum((w * x + b - y) ** 2 for x, y in zip(_X, _Y, strict=True)) / len(_X)


def best() -> tuple[float, float]:
    """The w and b of the smallest loss. The x are centred at 0, so that each has a formula of its own."""
    w = sum(x * y for x, y in zip(_X, _Y, strict=True)) / sum(x * x for x in _X)
    return w, sum(_Y) / len(_Y)


def line_and_loss(w: float = -0.5, b: float = 0.0) -> style.Picture:
    """The neuron's line for these w and b, and where they lie on the loss."""

    def paint(fig: Figure) -> str:
        import numpy as np

        left, right = fig.add_axes((0.06, 0.18, 0.4, 0.7)), fig.add_axes((0.57, 0.18, 0.4, 0.7))
        left.vlines(_X, _Y, [w * x + b for x in _X], color=style.GREY, linewidth=1.5, alpha=0.7)
        left.plot(_X, _Y, **style.mark(1))
        left.plot((-2.3, 2.3), (b - 2.3 * w, b + 2.3 * w), **style.line(0))
        left.set(xlim=(-2.3, 2.3), ylim=(-3, 3), xticks=(-2, 0, 2), yticks=(-2, 0, 2), xlabel="x")
        left.set_title(f"y = {w:.2f} x {'-' if b < 0 else '+'} {abs(b):.2f}")

        ws, bs = np.meshgrid(np.linspace(-2, 2, 41), np.linspace(-2, 2, 41))
        right.contour(ws, bs, loss(ws, bs), levels=(0.1, 0.5, 1, 2, 4, 8), colors=style.GREY, linewidths=1, alpha=0.7)
        right.plot(*best(), **style.mark(1, marker="x", markersize=9, markeredgewidth=2.5))
        right.plot(w, b, **style.mark(0, markersize=10))
        right.set(xlim=(-2, 2), ylim=(-2, 2), xticks=(-2, 0, 2), yticks=(-2, 0, 2), xlabel="w")
        right.set_ylabel("b", rotation=0, va="center")
        right.set_title(f"loss {loss(w, b):.2f}")
        lowest, at = loss(*best()), best()
        return (
            f"Left: nine points and the line y = {w:.2f} x {'-' if b < 0 else '+'} {abs(b):.2f}, with a stick from "
            f"each point to the line. Right: the loss over w and b as rings around its smallest value, {lowest:.2f} at "
            f"w = {at[0]:.2f} and b = {at[1]:.2f} (a cross); a dot at this w and b, where the loss is {loss(w, b):.2f}."
        )

    return style.picture(paint, height=3, quick=True)


def explore_neuron() -> style.Explorer:
    """Move w and b, and see the line and the loss follow."""
    return style.explorer(line_and_loss, w=style.Slider(-2, 2, 0.05, -0.5), b=style.Slider(-2, 2, 0.05, 0.0))
