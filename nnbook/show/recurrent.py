"""Memory over the steps of a sequence: what an LSTM's gates do at each, and how much gradient reaches the first."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from nnbook.show import style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_GATES = ("input", "forget", "output")
# The gate that keeps the old state: its name, and which block of the stacked weights it is.
_KEEPS = {"LSTM": "forget", "GRU": "update"}
_BLOCK = 1
_WIDTH = 32


# -- the gates of an LSTM ----------------------------------------------------------------------------------------------


def opened(lstm: Any, sequence: Any) -> dict[str, Any]:
    """How far the gates of one LSTM layer stand open, each (T, H), while it reads one sequence (T, features)."""
    import torch

    names = [name for name, _ in lstm.named_parameters()]
    if names != ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"]:
        raise ValueError(f"gates are shown of one layer in one direction with biases; this one has {', '.join(names)}")
    if lstm.weight_hh_l0.size(0) != 4 * lstm.hidden_size:
        raise ValueError(f"the gates i, f and o are those of an LSTM; this is a {type(lstm).__name__}")
    if sequence.dim() != 2 or sequence.size(1) != lstm.input_size:
        raise ValueError(f"a sequence is (T, {lstm.input_size}), one row for each step, not {tuple(sequence.shape)}")
    w_ih, w_hh, b_ih, b_hh = (p.detach() for p in lstm.parameters())
    h = c = sequence.new_zeros(lstm.hidden_size)
    seen = []
    with torch.no_grad():
        for x in sequence:
            i, f, g, o = (w_ih @ x + b_ih + w_hh @ h + b_hh).chunk(4)
            i, f, o = i.sigmoid(), f.sigmoid(), o.sigmoid()
            c = f * c + i * g.tanh()
            h = o * c.tanh()
            seen.append(torch.stack([i, f, o]))
    return dict(zip(_GATES, torch.stack(seen, dim=1).cpu(), strict=True))


def left_of_first(forget: Any) -> float:
    """The share of what step 1 wrote into the memory that is there at the end, a mean over the units: (T, H)."""
    return float(forget[1:].double().prod(dim=0).mean())


def gates(networks: Mapping[str, Any], sequence: Any) -> style.Picture:
    """The gates of some LSTM layers, side by side, while each reads `sequence` (T, features) step by step."""

    def paint(fig: Figure) -> str:
        grid = fig.subplots(
            4,
            len(networks),
            squeeze=False,
            gridspec_kw={"height_ratios": [0.45, 1, 1, 1], "wspace": 0.08, "hspace": 0.1, "left": 0.09, "right": 0.86,
                         "top": 0.93, "bottom": 0.14},
        )  # fmt: skip
        image: Any = None
        steps, told = len(sequence), []
        for column, (name, lstm) in zip(grid.T, networks.items(), strict=True):
            seen = opened(lstm, sequence)
            # a unit has the same line in all three strips; the most forgetful one is on top
            order = seen["forget"].mean(dim=0).argsort()
            pixels = sequence.T.detach().cpu().numpy()
            style.bare(column[0]).imshow(pixels, cmap="Greys", vmin=0, vmax=1, aspect="auto", interpolation="nearest")
            column[0].set_title(name)
            for ax, gate in zip(column[1:], _GATES, strict=True):
                strip = seen[gate][:, order].T.numpy()
                image = style.bare(ax).imshow(strip, vmin=0, vmax=1, aspect="auto", interpolation="nearest")
            forget = seen["forget"]
            kept = left_of_first(forget)
            column[3].set_xlabel(f"left of row 1: {_number(kept)}")
            column[3].set_xticks([0, steps - 1], labels=["row 1", f"row {steps}"])
            for tick, side in zip(column[3].get_xticklabels(), ("left", "right"), strict=True):
                tick.set_horizontalalignment(side)
            told.append(f"{name}: the forget gates stand at {forget.mean():.1f} on average, {_about(kept)} is left")
        for ax, text in zip(grid[:, 0], ("input", "i", "f", "o"), strict=True):
            ax.set_ylabel(text, rotation=0, ha="right", va="center")
        bar = fig.colorbar(image, cax=fig.add_axes((0.88, 0.14, 0.02, 0.66)), ticks=(0, 0.5, 1))
        bar.outline.set_visible(False)
        bar.ax.set_yticklabels(("0 shut", "0.5", "1 open"))
        return (
            f"One column for each network, over {steps} rows from left to right: at the top the pixels of each row, "
            "below them how far each of the gates i, f and o stands open, from 0 to 1, and at the bottom how "
            f"much of what row 1 wrote into the memory is left at the end. {'; '.join(told)}."
        )

    return style.picture(paint, height=4.2, quick=True)


def _about(share: float) -> str:
    # coarse: after a training the digits differ from machine to machine
    names = {0.1: "more than a tenth", 1e-3: "more than a thousandth", 1e-6: "more than a millionth"}
    return next((name for bound, name in names.items() if share > bound), "less than a millionth")


# -- how much gradient arrives -----------------------------------------------------------------------------------------


@functools.cache
def _images() -> Any:
    """The first test images of the digits, rows first: (8, 5, 8)."""
    from nnbook.data import digits

    return digits().test.inputs[:5, 0].transpose(0, 1).double()


@functools.lru_cache(maxsize=512)
def arriving(layer: str, steps: int, bias: float = 0.0) -> list[float]:
    """The length of the gradient of the last state with respect to each row, first row first.

    The layer is fresh, with `bias` added to that of the gate which keeps the old state; it reads the eight rows of some
    digits, then blank ones.
    """
    import torch

    # the reader's own random numbers stay as they are
    with torch.random.fork_rng(devices=[]), torch.enable_grad():
        torch.manual_seed(0)
        net = getattr(torch.nn, layer)(8, _WIDTH).double()
        if bias:
            with torch.no_grad():
                net.bias_hh_l0[_BLOCK * _WIDTH : (_BLOCK + 1) * _WIDTH] += bias
        x = torch.nn.functional.pad(_images(), (0, 0, 0, 0, 0, steps - 8)).requires_grad_()
        out, _ = net(x)
        (grad,) = torch.autograd.grad(out[-1].sum(), x)
    return [float(length) for length in grad.norm(dim=(1, 2))]


def gradient_by_step(layer: str = "LSTM", steps: int = 32, bias: float = 3.0) -> style.Picture:
    """The gradient that reaches each step, relative to the last, in an RNN, a fresh `layer`, and one with `bias`."""
    if layer not in _KEEPS:
        raise ValueError(f"there is no layer {layer!r} with a gate that keeps; there are {', '.join(_KEEPS)}")
    if steps < 8:
        raise ValueError(f"an image alone has 8 rows, so steps={steps} is too few")
    bias = round(bias, 2)
    lines = ("RNN", "RNN", 0.0), (layer, layer, 0.0), (f"{layer}, {bias:+g}", layer, bias)

    def paint(fig: Figure) -> str:
        ax = fig.add_axes((0.11, 0.19, 0.86, 0.68))
        places, first = range(1, steps + 1), []
        for i, (name, kind, added) in enumerate(lines):
            lengths = arriving(kind, steps, added)
            shares = [max(length / lengths[-1], 1e-30) for length in lengths]
            first.append(_number(shares[0]))
            # the logarithms on a plain axis: a logarithmic one takes twice as long to draw
            logs = [math.log10(share) for share in shares]
            ax.plot(places, logs, **style.line(i, marker=style.MARKERS[i], markevery=[0], label=f"{name}: {first[i]}"))
        ax.set(xlim=(0.5, steps + 0.5), xlabel="row", ylim=(-11.3, 1), xticks=sorted({1, (steps + 1) // 2, steps}))
        ax.set_yticks((-9, -6, -3, 0), ("$10^{-9}$", "$10^{-6}$", "$10^{-3}$", "1"))
        ax.set_title(f"gradient that reaches each of {steps} rows, relative to the last one's")
        # all lines end at 1 on the right: nothing comes down to this corner
        legend = ax.legend(loc="lower right", title="row 1 gets", alignment="left", handlelength=2.8)
        legend.get_title().set_fontsize(11)
        return (
            f"Three lines over {steps} rows, on a logarithmic axis: how long the gradient of the last state with "
            f"respect to each row is, as a share of the last row's. Row 1 gets {first[0]} in an RNN, {first[1]} in "
            f"{_a(layer)} as torch starts it, and {first[2]} in one with {bias:+g} on the bias of its {_KEEPS[layer]} "
            "gate."
        )

    return style.picture(paint, height=3, quick=True)


def _a(name: str) -> str:
    return f"{'an' if name[0] in 'LR' else 'a'} {name}"


def _number(x: float) -> str:
    return f"{x:.2f}" if x >= 0.01 else f"{x:.0e}"


def explore_memory() -> style.Explorer:
    """Choose the layer, the number of rows and the bias of the gate that keeps: what reaches row 1?"""

    def draw(layer: str, steps: Any, bias: Any) -> style.Picture:
        return gradient_by_step(layer, int(steps), float(bias))

    return style.explorer(
        draw,
        layer=style.Choice(tuple(_KEEPS), "LSTM", "layer"),
        steps=style.Slider(8, 40, 1, 32, "rows"),
        bias=style.Slider(-1, 6, 0.1, 1.0, "added to the bias of the gate that keeps"),
    )
