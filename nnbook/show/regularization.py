"""Seen and new images, images on their way through ten layers, and running statistics on their way to the truth."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from nnbook.show import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

NORMS = ("none", "BatchNorm1d", "LayerNorm", "RMSNorm")
TORCHS_GAIN = 1 / math.sqrt(3)  # nn.Linear draws from ± 1/√n, whose deviation is that divided by √3
_WIDTH, _LAYERS, _IMAGES = 64, 10, 50
_STEPS, _PIXEL = 200, (2, 5)


# -- seen and new ------------------------------------------------------------------------------------------------------


def seen_and_new(
    curves: Mapping[str, tuple[Sequence[float], Sequence[float]]], right_labels: float | None = None
) -> style.Picture:
    """Accuracy epoch by epoch on the images learned from and on new ones, one panel for each way of training.

    seen_and_new({"without": (seen, new), "with": (seen, new)}, right_labels=0.7): the share of the labels learned from
    that are right, if some are not, becomes a thin level line.
    """

    def paint(fig: Figure) -> str:
        panels = fig.subplots(1, len(curves), sharey=True, squeeze=False)[0]
        told = []
        for ax, (way, (seen, new)) in zip(panels, curves.items(), strict=True):
            epochs, early = range(1, len(seen) + 1), min(10, len(seen))
            if right_labels is not None:
                ax.axhline(right_labels, color=style.GREY, linewidth=1.2)
            for i, (name, scores) in enumerate((("seen", seen), ("new", new))):
                ax.plot(epochs, scores, **style.line(i))
                above = scores[-1] >= (seen, new)[1 - i][-1]
                style.label(ax, name, len(seen), scores[-1], dx=-4, dy=12 if above else -12, ha="right")
            ax.set(title=way, xlabel="epoch", ylim=(0, 1.02), yticks=(0, 0.25, 0.5, 0.75, 1))
            ax.set_yticklabels(("0", "25%", "50%", "75%", "100%"))
            told.append(
                f"{way}: on the images seen it ends at {seen[-1]:.0%}, on new ones it is at {new[early - 1]:.0%} after "
                f"{early} epochs and ends at {new[-1]:.0%}"
            )
        panels[0].set_ylabel("named as labelled")
        if right_labels is not None:
            note = f"thin: {right_labels:.0%} of labels right"
            panels[0].text(0.98, 0.03, note, transform=panels[0].transAxes, ha="right", va="bottom")
        level = f" A level line marks the {right_labels:.0%} of right labels." if right_labels is not None else ""
        return f"Accuracy over {len(seen)} epochs, one panel for each way of training. {'; '.join(told)}.{level}"

    return style.picture(paint, height=3.0)


# -- images on their way through ten layers ----------------------------------------------------------------------------


@functools.lru_cache(maxsize=128)
def through_layers(norm: str, gain: float) -> tuple[list[list[float]], list[float]]:
    """What one unit of each of ten fresh layers gives for 50 images, and how far a typical unit spreads over them.

    A layer is a Linear whose weights are drawn evenly with deviation gain / √n, then `norm`, then a ReLU; what is
    listed comes from before the ReLU. The spread is the root of the mean, over the units, of the variance over 200
    images.
    """
    import torch

    from nnbook.data import digits

    layer = None if norm == "none" else getattr(torch.nn, norm)(_WIDTH).double()
    draw = torch.Generator().manual_seed(0)
    h = digits(dtype=torch.float64).train.inputs[:200].flatten(1)
    values, spreads = [], []
    with torch.no_grad():
        for _ in range(_LAYERS):
            weight, bias = (torch.rand(s, generator=draw, dtype=h.dtype) * 2 - 1 for s in ((_WIDTH, _WIDTH), (_WIDTH,)))
            z = h @ (weight * math.sqrt(3) * gain / math.sqrt(_WIDTH)).T + bias / math.sqrt(_WIDTH)
            z = z if layer is None else layer(z)
            values.append(z[:_IMAGES, 0].tolist())
            spreads.append(z.var(0, unbiased=False).mean().sqrt().item())
            h = z.relu()
    return values, spreads


def _dots(ax: Axes, values: list[list[float]]) -> None:
    side = [0.6 * (i / (_IMAGES - 1) - 0.5) for i in range(_IMAGES)]
    xs = [1 + n + dx for n in range(_LAYERS) for dx in side]
    ax.plot(xs, [v for layer in values for v in layer], **style.mark(0, markersize=3.2, markeredgewidth=0))
    ax.set(xlim=(0.4, 10.6), xticks=(1, 4, 7, 10), xlabel="layer", ylim=(-4.2, 4.2), yticks=(-3, 0, 3))


def _known(norm: str) -> None:
    if norm not in NORMS:
        raise ValueError(f"there is no norm {norm!r}; there are {', '.join(NORMS)}")


def images_by_layer(*norms: str) -> style.Picture:
    """Fifty images as dots: what one unit of each of ten layers, with torch's own weights, makes of them."""
    norms = norms or ("none", "BatchNorm1d")
    for norm in norms:
        _known(norm)

    def paint(fig: Figure) -> str:
        told = []
        panels = fig.subplots(1, len(norms), sharey=True, squeeze=False)[0]
        for ax, norm in zip(panels, norms, strict=True):
            values, spreads = through_layers(norm, TORCHS_GAIN)
            _dots(ax, values)
            name = "Linear, ReLU" if norm == "none" else f"Linear, {norm}, ReLU"
            ax.set_title(name)
            told.append(
                f"{name}: a typical unit's spread is {spreads[0]:.1g} at layer 1, {spreads[-1]:.1g} at layer 10"
            )
        panels[0].set_ylabel("one unit's value")
        return (
            f"{_IMAGES} images as dots at each of ten layers: what one unit gives for each of them, before its ReLU. "
            f"{'; '.join(told)}."
        )

    return style.picture(paint, height=3.0)


def layers_of(norm: str = "none", gain: float = 0.6) -> style.Picture:
    """Fifty images through ten layers with this norm and weights of deviation gain / √n, and how far they spread."""
    _known(norm)
    values, spreads = through_layers(norm, round(gain, 3))

    def paint(fig: Figure) -> str:
        fig.subplots_adjust(left=0.09, right=0.98, top=0.88, bottom=0.19, wspace=0.25)
        left, right = fig.subplots(1, 2)
        _dots(left, values)
        left.set_title("one unit's value for 50 images", fontsize=11)
        logs = [math.log10(max(spread, 1e-9)) for spread in spreads]
        right.axhline(0, color=style.GREY, linewidth=1)
        right.plot(range(1, _LAYERS + 1), logs, **style.line(1, marker=style.MARKERS[1], markersize=5))
        right.set(xlim=(0.6, 10.4), xticks=(1, 4, 7, 10), xlabel="layer", ylim=(-6.5, 6.5))
        right.set_yticks((-6, -3, 0, 3, 6), ("$10^{-6}$", "0.001", "1", "1,000", "$10^6$"))
        right.set_title(f"typical spread at layer 10: {_short(spreads[-1])}", fontsize=11)
        return (
            f"Ten layers of Linear, {'no norm' if norm == 'none' else norm} and ReLU, with weights of deviation "
            f"{gain:.2f} / √n. Left: {_IMAGES} images as dots at each layer. Right, on a logarithmic axis: a typical "
            f"unit's spread over the images is {_short(spreads[0])} at layer 1 and {_short(spreads[-1])} at layer 10."
        )

    return style.picture(paint, height=3, quick=True)


def _short(x: float) -> str:
    return f"{x:,.0f}" if x >= 10 else f"{x:.2g}" if x >= 0.001 else f"{x:.0e}"


def explore_layers() -> style.Explorer:
    """Choose a norm and the size of the weights: which images are still told apart at layer 10?"""
    return style.explorer(
        layers_of,
        norm=style.Choice(NORMS, "none", "norm"),
        gain=style.Slider(0.4, 4, 0.1, 0.6, "weights: this / √n"),
    )


# -- running statistics ------------------------------------------------------------------------------------------------


@functools.lru_cache(maxsize=1)
def _pixel() -> Any:
    import torch

    from nnbook.data import digits

    return digits(dtype=torch.float64).train.inputs[:, 0, _PIXEL[0], _PIXEL[1]] * 16


@functools.lru_cache(maxsize=256)
def remembered(momentum: float, batch_size: int) -> tuple[list[float], list[float], list[float]]:
    """Running mean, running variance (n - 1) and the same with the biased one (n), after 0, 1, ... 200 batches."""
    import torch

    pixel = _pixel()
    rows = torch.randint(len(pixel), (_STEPS, batch_size), generator=torch.Generator().manual_seed(0))
    drawn = pixel[rows]
    kept = []
    for start, news in ((0.0, drawn.mean(1)), (1.0, drawn.var(1)), (1.0, drawn.var(1, unbiased=False))):
        running = [start]
        for new in news.tolist():
            running.append((1 - momentum) * running[-1] + momentum * new)
        kept.append(running)
    return kept[0], kept[1], kept[2]


def settling(momentum: float = 0.1, batch_size: int = 16) -> style.Picture:
    """How the running mean and variance of one pixel of the digits, 0 to 16, settle over 200 batches."""
    if not 0 < momentum <= 1:
        raise ValueError(f"momentum is above 0 and at most 1, got {momentum}")
    if batch_size < 2:
        raise ValueError(f"a batch of {batch_size} has no variance; it takes at least 2")
    mean, var, biased = remembered(round(momentum, 4), int(batch_size))
    true_mean, true_var = _pixel().mean().item(), _pixel().var(unbiased=False).item()
    late = [sum(line[101:]) / len(line[101:]) for line in (mean, var, biased)]

    def paint(fig: Figure) -> str:
        fig.subplots_adjust(left=0.055, right=0.965, top=0.88, bottom=0.19, wspace=0.17)
        left, right = fig.subplots(1, 2)
        for ax, title, truth in ((left, "running mean", true_mean), (right, "running variance", true_var)):
            ax.axhline(truth, color=style.GREY, linewidth=1.2)
            ax.set(
                title=title, xlabel="batches", xlim=(0, _STEPS), xticks=(0, 50, 100, 150, 200), ylim=(0, 1.75 * truth)
            )
        left.plot(mean, **style.line(0))
        right.plot(var, **style.line(0, linewidth=1.8))
        right.plot(biased, **style.line(1, linewidth=1.8))
        _key(right, style.line(0), "divided by n - 1", 0.93)
        _key(right, style.line(1), "divided by n", 0.83)
        left.set_yticks((0, 4, 8, 12))
        right.set_yticks((0, 20, 40, 60))
        left.text(197, 0.03 * true_mean, "thin: all 1,400 images", ha="right", va="bottom")
        return (
            f"One pixel of the digits, from 0 to 16, in batches of {batch_size} with momentum {momentum:g}. Left: the "
            f"running mean starts at 0, is {mean[10]:.1f} after 10 batches and from the 101st on {late[0]:.1f} on "
            f"average; over all images the mean is {true_mean:.1f}. Right: the running variance starts at 1 and is "
            f"{late[1]:.0f} on average from the 101st on where batches divide by n - 1, {late[2]:.0f} where they "
            f"divide by n; over all images it is {true_var:.0f}."
        )

    return style.picture(paint, height=3, quick=True)


def _key(ax: Axes, look: dict[str, Any], text: str, height: float) -> None:
    ax.plot([0.04, 0.14], [height, height], transform=ax.transAxes, **{**look, "linewidth": 2.2})
    ax.text(0.17, height, text, transform=ax.transAxes, va="center")


def explore_settling() -> style.Explorer:
    """Move the momentum and the size of the batches: how soon does the memory settle, how calm is it, and where?"""

    def draw(momentum: float, batch_size: float) -> style.Picture:
        return settling(momentum, int(batch_size))

    return style.explorer(
        draw,
        momentum=style.Slider(0.01, 1, 0.01, 0.1, "momentum"),
        batch_size=style.Slider(2, 64, 1, 4, "images in a batch"),
    )
