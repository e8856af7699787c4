"""Five ways to keep something on `self`, and what a module knows of it afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nnbook.show import style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# What stands behind `self.` or, for the call, in its place: each is run as it stands here.
WAYS = {
    "an attribute": "self.fc = nn.Linear(3, 2)",
    "in a list": "self.layers = [nn.Linear(3, 2)]",
    "in a ModuleList": "self.layers = nn.ModuleList([nn.Linear(3, 2)])",
    "a Parameter": "self.w = nn.Parameter(torch.zeros(2, 3))",
    "a plain tensor": "self.w = torch.zeros(2, 3, requires_grad=True)",
    "a buffer": 'self.register_buffer("mean", torch.zeros(3))',
    "a buffer, not saved": 'self.register_buffer("mean", torch.zeros(3), persistent=False)',
}


def build(way: str) -> Any:
    """A torch module with that one line in its __init__."""
    import torch
    from torch import nn

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            # the line that is shown is the line that runs
            exec(WAYS[way], {"self": self, "nn": nn, "torch": torch})

    return Net()


def stored(way: str = "an attribute") -> style.Picture:
    """The line that stores it, and what parameters(), buffers(), state_dict() and to() know of it."""
    if way not in WAYS:
        raise ValueError(f"there is no way {way!r}; there are {', '.join(WAYS)}")
    import torch

    with torch.random.fork_rng(devices=[]):  # the reader's own draws stay what they were
        net = build(way)
    parameters = [name for name, _ in net.named_parameters()]
    buffers = [name for name, _ in net.named_buffers()]
    found = (
        ("named_parameters()", parameters),
        ("named_buffers()", buffers),
        ("state_dict()", list(net.state_dict())),
        ("to(device) moves", parameters + buffers),
    )

    def paint(fig: Figure) -> str:
        ax = style.bare(fig.add_axes((0.01, 0, 0.98, 1)))
        ax.set(xlim=(0, 6.86), ylim=(5.7, 0.2))
        ax.text(0.05, 0.9, WAYS[way], family="monospace", fontsize=11.5, va="center", color=style.GREY)
        ax.plot((0, 6.86), (1.5, 1.5), color=style.GREY, linewidth=1)
        for row, (asked, names) in enumerate(found):
            y = row + 2.1
            look = style.mark(0) if names else style.mark(1, marker="x", markeredgewidth=2.4)
            ax.plot(0.12, y, **{**look, "markersize": 9})
            ax.text(0.35, y, asked, va="center", family="monospace")
            ax.text(3.2, y, ", ".join(names) or "nothing", va="center", weight="bold" if names else "normal")
        said = "; ".join(f"{asked}: {', '.join(names) or 'nothing'}" for asked, names in found)
        return f"After {WAYS[way]}, the module knows: {said}."

    return style.picture(paint, height=2.1, quick=True)


def explore_storing() -> style.Explorer:
    """Choose how something is stored, and see what the module knows of it."""
    return style.explorer(lambda way: stored(way), way=style.Choice(tuple(WAYS), "in a list", "store it as"))
