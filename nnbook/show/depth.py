"""How much of the gradient arrives at each block of a deep network, plain or residual."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nnbook.show import style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_WIDTH, _ROWS = 32, 64
_KINDS = ("plain", "residual")


def gradients(depth: int, residual: bool, bend: str = "ReLU") -> list[float]:
    """The length of the gradient of each block's weight, first block first, in a fresh network on random input."""
    import torch
    from torch import nn

    # the reader's own random numbers stay as they are
    with torch.random.fork_rng(devices=[]), torch.enable_grad():
        torch.manual_seed(0)
        act = getattr(nn, bend)()
        blocks = [nn.Linear(_WIDTH, _WIDTH) for _ in range(depth)]
        x = torch.randn(_ROWS, _WIDTH)
        for block in blocks:
            x = x + act(block(x)) if residual else act(block(x))
        x.square().mean().backward()
    return [float(block.weight.grad.norm()) for block in blocks if block.weight.grad is not None]


def gradient_by_depth(depth: int = 20, bend: str = "ReLU") -> style.Picture:
    """The gradient's length at each of `depth` blocks, plain and residual, relative to the last block's."""

    def paint(fig: Figure) -> str:
        ax = fig.add_axes((0.11, 0.19, 0.86, 0.68))
        places = range(1, depth + 1)
        first = []
        for i, kind in enumerate(_KINDS):
            lengths = gradients(depth, kind == "residual", bend)
            shares = [max(length / lengths[-1], 1e-30) for length in lengths]
            first.append(shares[0])
            ax.plot(places, shares, **style.line(i))
            ax.plot(places[0], shares[0], **style.mark(i))
            middle = (depth - 1) // 2
            style.label(ax, kind, places[middle], shares[middle], dx=8, dy=-14)
        ax.set_yscale("log")
        ax.set(xlim=(0.5, depth + 0.5), xlabel="block", xticks=sorted({1, (depth + 1) // 2, depth}))
        ax.set_title(f"gradient at each of {depth} blocks, relative to the last one's")
        return (
            f"Two lines over {depth} blocks with {bend}, on a logarithmic axis: how long the gradient of each block's "
            f"weight is, as a share of the last block's. The plain network's falls towards the first block, where "
            f"{_number(first[0])} is left; in the residual one the first block gets {_number(first[1])}."
        )

    return style.picture(paint, height=3, quick=True)


def _number(x: float) -> str:
    return f"{x:.2f}" if x >= 0.01 else f"{x:.0e}"


def explore_depth() -> style.Explorer:
    """Move the depth and choose the bend: what is left of the gradient at the first block?"""

    def draw(depth: Any, bend: str) -> style.Picture:
        return gradient_by_depth(int(depth), bend)

    return style.explorer(draw, depth=style.Slider(2, 40, 1, 8), bend=style.Choice(("ReLU", "Tanh", "Sigmoid"), "Tanh"))
