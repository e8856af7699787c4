"""Losses on a network that is sure of its answer: what it costs to be right or wrong, and how hard each loss pushes."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from nnbook.show import style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LOSSES = ("cross-entropy", "squared error", "softmax twice")
_CLASSES, _RIGHT, _WRONG = 10, 5, 3
_END = 10.0
_APART = 13  # from panel to panel, in digits


def cost_and_gradient(loss: str, wrong: float, right: float) -> tuple[float, list[float], list[float]]:
    """What one image of a 5 costs whose scores are `wrong` at the 3, `right` at the 5 and 0 elsewhere.

    Gives the loss, its gradient by the ten scores, and the ten probabilities. The squared error is that of the
    probabilities, summed over the classes.
    """
    import torch
    from torch.nn import functional as F

    with torch.enable_grad():
        z = torch.zeros(1, _CLASSES, dtype=torch.float64)
        z[0, _WRONG], z[0, _RIGHT] = wrong, right
        z.requires_grad_()
        label = torch.tensor([_RIGHT])
        p = z.softmax(dim=1)
        if loss == "cross-entropy":
            cost = F.cross_entropy(z, label)
        elif loss == "squared error":
            cost = F.mse_loss(p, F.one_hot(label, _CLASSES).to(p), reduction="sum")
        elif loss == "softmax twice":
            cost = F.cross_entropy(p, label)
        else:
            raise ValueError(f"there is no loss {loss!r}; there are {', '.join(LOSSES)}")
        (gradient,) = torch.autograd.grad(cost, z)
    return cost.item(), gradient[0].tolist(), p[0].tolist()


@functools.cache
def along(loss: str, steps: int = 161) -> list[tuple[float, float, float]]:
    """(score, loss, push on the 5's score) from sure and wrong, -10, by way of knowing nothing, 0, to sure and right.

    Below 0 the score is the 3's, above 0 it is the 5's. The push is minus the gradient.
    """
    rows = []
    for i in range(steps):
        score = _END * (2 * i / (steps - 1) - 1)
        cost, gradient, _ = cost_and_gradient(loss, max(-score, 0.0), max(score, 0.0))
        rows.append((score, cost, -gradient[_RIGHT]))
    return rows


def sure_mistake() -> style.Picture:
    """The loss, and its push on the right score, from sure and wrong to sure and right, for three losses."""

    def paint(fig: Figure) -> str:
        told = []
        panels = fig.subplots(1, 2)
        for i, loss in enumerate(LOSSES):
            rows = along(loss)
            for j, ax in enumerate(panels, 1):
                ax.plot([row[0] for row in rows], [row[j] for row in rows], **style.line(i))
            ends = rows[0], rows[len(rows) // 2], rows[-1]
            costs, pushes = (", ".join(_number(row[j]) for row in ends) for j in (1, 2))
            told.append(f"{loss} costs {costs} and pushes by {pushes}")
        for ax, title in zip(panels, ("what it costs", "the push on the right digit's score"), strict=True):
            ax.axvline(0, color=style.GREY, linewidth=0.8, alpha=0.5)
            ax.set(title=title, xlim=(-_END, _END), ylim=(0, None))
            ax.set_xticks((-_END, 0, _END), ("sure\nand wrong", "knows\nnothing", "sure\nand right"))
        places = {
            "cross-entropy": ((0, -5.8, 7.4), (1, -9.5, 0.87)),
            "squared error": ((0, -9.5, 0.55), (1, -9.5, 0.24)),
            "softmax twice": ((0, 1.6, 2.8),),
        }
        for i, loss in enumerate(LOSSES):
            for panel, x, y in places[loss]:
                style.label(panels[panel], loss, x, y, dx=0, color=style.COLOURS[i])
        return (
            "Two panels over the score of one digit: 10 at a wrong one on the left, 0 in the middle, 10 at the right "
            f"one on the right. At these three places {'; '.join(told)}."
        )

    return style.picture(paint, height=3.1)


def _number(x: float) -> str:
    return f"{x:.2f}" if x >= 0.005 else f"{x:.0e}"


def push(wrong: float = 6.0, right: float = 0.0) -> style.Picture:
    """How three losses push each of the ten scores (minus the gradient), for an image of a 5 that looks like a 3."""
    seen = {loss: cost_and_gradient(loss, wrong, right) for loss in LOSSES}
    p = seen[LOSSES[0]][2]

    def paint(fig: Figure) -> str:
        # one pair of axes for all four: each costs a third of the time that a slider may take
        ax = fig.add_axes((0.06, 0.19, 0.935, 0.54))
        colours = {_RIGHT: style.BLUE, _WRONG: style.VERMILLION}
        heights = [p] + [[-g for g in gradient] for _, gradient, _ in seen.values()]
        titles = ["probability\n"] + [f"{loss}\nloss {cost:.2f}" for loss, (cost, _, _) in seen.items()]
        for i, (bars, title) in enumerate(zip(heights, titles, strict=True)):
            left = _APART * i
            ax.plot((left - 0.7, left + 9.7), (0, 0), color=style.GREY, linewidth=1)
            places = [left + digit for digit in range(_CLASSES)]
            ax.vlines(places, 0, bars, [colours.get(d, style.GREY) for d in range(_CLASSES)], linewidth=5)
            for digit, marker in ((_RIGHT, "o"), (_WRONG, "s")):
                ax.plot(left + digit, bars[digit], color=colours[digit], marker=marker, markersize=6)
            ax.text(left - 0.7, 1.2, title, va="bottom", fontsize=11)
        ax.text(_APART - 0.7, 1.83, "the push on each of the ten scores, by", va="bottom")
        ax.set(xlim=(-1.5, 3 * _APART + 10.5), ylim=(-1.1, 1.1), yticks=(-1, 0, 1), xlabel="digit")
        digits = (0, _WRONG, _RIGHT, 9)
        ax.set_xticks([_APART * i + d for i in range(4) for d in digits], [str(d) for _ in range(4) for d in digits])
        ax.spines["bottom"].set_visible(False)
        pushes = "; ".join(
            f"{loss} costs {cost:.2f} and pushes the 5 by {_signed(-g[_RIGHT])}, the 3 by {_signed(-g[_WRONG])}"
            for loss, (cost, g, _) in seen.items()
        )
        return (
            f"Ten scores of an image of a 5: {wrong:.1f} at the 3, {right:.1f} at the 5, 0 elsewhere. First panel: "
            f"the probability is {p[_WRONG]:.2f} for the 3 and {p[_RIGHT]:.2f} for the 5. Then bars for the push of "
            f"three losses on each score: {pushes}."
        )

    return style.picture(paint, height=3, quick=True)


def _signed(x: float) -> str:
    return f"{x:+.3f}" if abs(x) >= 0.0005 else "0"


def explore_push() -> style.Explorer:
    """Move the scores of the right digit and of a wrong one, and see how hard three losses push."""
    return style.explorer(
        push,
        wrong=style.Slider(0, 12, 0.5, 8, "score of the 3, which is wrong"),
        right=style.Slider(0, 12, 0.5, 0, "score of the 5, which is right"),
    )
