"""Bends: nine activations and their slopes, what a bend does to a boundary, and what ten layers do to a batch."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from nnbook.show import style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_NINE = ("Sigmoid", "Tanh", "Softplus", "ReLU", "LeakyReLU", "ELU", "SELU", "GELU", "SiLU")
ACTIVATIONS = ("ReLU", "LeakyReLU", "SELU", "GELU", "Tanh", "Sigmoid", "none")
# The variance of a weight times the number of inputs, n.
INITS = {"default, 1/(3n)": 1 / 3, "Xavier, 1/n": 1.0, "Kaiming, 2/n": 2.0}
_WIDTH = 256


def bends() -> style.Picture:
    """Nine activations f with their slopes f', each over -4 to 4."""
    import torch

    x = torch.linspace(-4, 4, 401, dtype=torch.float64, requires_grad=True)

    def paint(fig: Figure) -> str:
        steepest = []
        for ax, name in zip(fig.subplots(3, 3, sharex=True, sharey=True).flat, _NINE, strict=True):
            y = getattr(torch.nn, name)()(x)
            slope = torch.autograd.grad(y.sum(), x)[0]
            ax.axhline(0, color=style.GREY, linewidth=0.8, alpha=0.5)
            ax.axvline(0, color=style.GREY, linewidth=0.8, alpha=0.5)
            ax.plot(x.tolist(), y.tolist(), **style.line(0))
            ax.plot(x.tolist(), slope.tolist(), **style.line(1, linewidth=2))
            ax.set(xlim=(-4, 4), ylim=(-2, 3), xticks=(-4, 0, 4), yticks=(-2, 0, 2))
            ax.set_title(name)
            steepest.append(f"{name} {slope.max().item():.2f}")
            if name == "Sigmoid":
                style.label(ax, "f", -3.6, 2.3, dx=0, color=style.BLUE, weight="bold")
                style.label(ax, "solid", -3.6, 2.3, dx=20)
                style.label(ax, "f'", -3.6, 1.5, dx=0, color=style.VERMILLION, weight="bold")
                style.label(ax, "dashed", -3.6, 1.5, dx=20)
            if ax.get_subplotspec().is_last_row():
                ax.set_xlabel("x")
        return (
            "Nine panels, each with an activation f (solid) and its slope f' (dashed) for x from -4 to 4. The largest "
            f"slopes: {', '.join(steepest)}. The slopes of Sigmoid and Tanh fall to zero on both sides, those of the "
            "others on the left only; LeakyReLU keeps 0.01 there, and GELU and SiLU dip a little below zero."
        )

    return style.picture(paint, height=5.6)


def boundaries(x: Any, y: Any, networks: Mapping[str, Any]) -> style.Picture:
    """Points (N, 2) of two classes, and what each network, from two numbers to two scores, says about the plane."""
    import torch

    low, high = x.amin(0) - 0.3, x.amax(0) + 0.3
    rows, columns = (torch.linspace(float(low[i]), float(high[i]), 160) for i in (1, 0))
    plane = torch.cartesian_prod(rows, columns).flip(1)

    def paint(fig: Figure) -> str:
        said = []
        panels = fig.subplots(1, len(networks), sharey=True, squeeze=False)[0]
        for ax, (name, network) in zip(panels, networks.items(), strict=True):
            with torch.no_grad():
                scores = network(plane.to(x))
                right = f"{(network(x).argmax(1) == y).sum().item()} of {len(y)}"
            side = (scores[:, 1] - scores[:, 0]).reshape(len(rows), len(columns)).cpu()
            grid: tuple[Any, ...] = (columns.tolist(), rows.tolist(), side.tolist())
            ax.contourf(*grid, levels=(-1e9, 0, 1e9), colors=(style.SKY, style.ORANGE), alpha=0.25)
            ax.contour(*grid, levels=(0,), colors=style.GREY, linewidths=2)
            for label in (0, 1):
                ax.plot(*x[y == label].T.tolist(), **style.mark(label, markersize=3.5))
            ax.set(title=f"{name}: {right}", xticks=(-1, 0, 1, 2), yticks=(-1, 0, 1), aspect="equal")
            ax.set_xlabel("first input")
            said.append(f"{name} names {right} rightly")
        panels[0].set_ylabel("second input")
        return (
            f"Two half circles of points, one class as circles and one as squares, that reach into each other; the "
            f"plane is tinted by what a network says, and a grey line parts the tints. {'; '.join(said)}."
        )

    return style.picture(paint, height=2.9)


@functools.lru_cache(maxsize=256)
def through(activation: str, factor: float, width: int = _WIDTH, layers: int = 10) -> tuple[list[float], list[float]]:
    """The typical size (root of the mean square) of a batch after 0, 1, ... layers, and of its gradient there.

    The batch and the gradient at the end are normal draws of size 1; weights are normal, with variance factor / width.
    """
    import torch

    act = torch.nn.Identity() if activation == "none" else getattr(torch.nn, activation)()
    draw = torch.Generator().manual_seed(0)
    h = torch.randn(width, width, generator=draw).requires_grad_()
    seen = [h]
    for _ in range(layers):
        weight = torch.randn(width, width, generator=draw) * (factor / width) ** 0.5
        seen.append(act(seen[-1] @ weight.T))
    gradients = torch.autograd.grad(seen[-1], seen, torch.randn(width, width, generator=draw))

    def size(t: Any) -> float:
        return float(t.detach().double().square().mean().sqrt())

    return [size(h) for h in seen], [size(g) for g in gradients]


def ten_layers() -> style.Picture:
    """The typical size of a batch after each of ten layers, for three activations and three initialisations."""

    def paint(fig: Figure) -> str:
        panels, told = fig.subplots(1, 3, sharey=True), []
        for ax, activation in zip(panels, ("ReLU", "Tanh", "Sigmoid"), strict=True):
            ends = []
            for i, (init, factor) in enumerate(INITS.items()):
                sizes, _ = through(activation, factor)
                ax.plot(range(11), sizes, **style.line(i, label=init))
                ends.append(f"{init.split(',')[0]} {sizes[-1]:.2g}")
            ax.set(title=activation, xlabel="layer", yscale="log", ylim=(5e-5, 3), xticks=(0, 5, 10))
            told.append(f"after ten {activation} layers: {', '.join(ends)}")
        panels[2].legend(loc="lower left", handlelength=2.6, borderaxespad=0.2)
        panels[0].set_ylabel("typical size of a value")
        return (
            "The typical size of a batch's values, on a log axis, after each of ten layers, in three panels with one "
            "line for each variance of the weights: torch's default 1/(3n), Xavier 1/n and Kaiming 2/n for n inputs; "
            f"{'; '.join(told)}."
        )

    return style.picture(paint, height=3.2)


def signal(activation: str = "ReLU", gain: float = 1.0) -> style.Picture:
    """Values on their way in and gradients on their way back, through ten layers whose weights have std gain / √n."""
    if activation not in ACTIVATIONS:
        raise ValueError(f"there is no activation {activation!r}; there are {', '.join(ACTIVATIONS)}")
    values, gradients = through(activation, round(gain, 3) ** 2, width=128)

    def paint(fig: Figure) -> str:
        fig.subplots_adjust(left=0.1, right=0.98, top=0.88, bottom=0.19, wspace=0.2)
        panels = fig.subplots(1, 2)
        told = ("values on the way in", values, values[-1]), ("gradient on the way back", gradients, gradients[0])
        for i, (ax, (title, sizes, end)) in enumerate(zip(panels, told, strict=True)):
            # the logarithms on a plain axis: a logarithmic one takes twice as long to draw
            ax.axhline(0, color=style.GREY, linewidth=1)
            logs = [math.log10(max(size, 1e-12)) for size in sizes]
            ax.plot(range(11), logs, **style.line(i, marker=style.MARKERS[i], markersize=5))
            ax.set(ylim=(-8.5, 8.5), xlim=(-0.3, 10.3), xticks=(0, 2, 4, 6, 8, 10), xlabel="layer")
            ax.set_yticks((-8, -4, 0, 4, 8), ("$10^{-8}$", "$10^{-4}$", "1", "$10^4$", "$10^8$"))
            ax.set_title(f"{title}: {end:.2g}")
        panels[0].set_ylabel("typical size")
        return (
            f"Ten layers with {'no activation' if activation == 'none' else activation} and weights of standard "
            f"deviation {gain:.2f} divided by the root of n. Left: the values start at size 1 and leave layer 10 at "
            f"{values[-1]:.2g}. Right: the gradient starts behind layer 10 at size 1 and reaches the input at "
            f"{gradients[0]:.2g}. Both axes are logarithmic."
        )

    return style.picture(paint, height=3, quick=True)


def explore_signal() -> style.Explorer:
    """Choose an activation and the size of the weights, and see what ten layers do to values and gradients."""
    return style.explorer(
        signal,
        activation=style.Choice(ACTIVATIONS, "Sigmoid", "activation"),
        gain=style.Slider(0.4, 5, 0.05, 1.0, "weights: this / √n"),
    )
