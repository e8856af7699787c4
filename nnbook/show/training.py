"""Training as one watches it: the same curve from two libraries, where to stop, and what a broken loop shows."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from nnbook.show import style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Losses = Sequence[float]


def trainings(curves: Mapping[str, Mapping[str, tuple[Losses, Losses]]]) -> style.Picture:
    """Losses step by step, one panel for each optimizer: trainings({"SGD": {"CNN": (torch_losses, our_losses)}}).

    torch's are wide pale lines, ours thin dashed ones drawn over them.
    """

    def paint(fig: Figure) -> str:
        panels = fig.subplots(1, len(curves), sharey=True, squeeze=False)[0]
        apart, said = 0.0, []
        for ax, (optimizer, networks) in zip(panels, curves.items(), strict=True):
            for network, (theirs, ours) in networks.items():
                steps = range(1, len(theirs) + 1)
                ax.plot(steps, theirs, color=style.SKY, linewidth=6, alpha=0.7)
                ax.plot(steps, ours, **style.line(1, linewidth=1.6))
                apart = max(apart, *(abs(a - b) for a, b in zip(theirs, ours, strict=True)))
                said.append(f"{network} with {optimizer} from {theirs[0]:.1f} to {theirs[-1]:.1f}")
                at = len(ours) // 3
                style.label(ax, network, at, ours[at], dx=4, dy=14)
            ax.set(title=optimizer, xlabel="step", ylim=(0, None))
        panels[0].set_ylabel("loss")
        where = "exactly over" if apart < 1e-4 else "apart from"
        return (
            f"The loss of {len(said)} trainings, step by step: {', '.join(said)}. Each is drawn twice, torch's as a "
            f"wide pale line and ours as a thin dashed one, which lies {where} it."
        )

    return style.picture(paint, height=2.9)


def stopping(train: Losses, held_out: Losses, patience: int) -> style.Picture:
    """Loss on the training data and on held-out data, the best epoch, and where patience runs out."""
    best = min(range(len(held_out)), key=held_out.__getitem__)
    stop = best + patience

    def paint(fig: Figure) -> str:
        ax = fig.subplots()
        epochs = range(1, len(train) + 1)
        for i, (name, losses) in enumerate((("training", train), ("held out", held_out))):
            ax.plot(epochs, losses, **style.line(i))
            style.label(ax, name, len(losses), losses[-1], dy=7)
        ax.plot(best + 1, held_out[best], **style.mark(1, markersize=10))
        style.label(ax, f"best: epoch {best + 1}", best + 1, held_out[best], dx=0, dy=-18, ha="center")
        ends = f"best after {best + 1} epochs, {held_out[best]:.2f}"
        if stop < len(train):
            ax.axvline(stop + 1, color=style.GREY, linewidth=1.2, linestyle=style.DASHES[1])
            ax.text(stop + 1.3, 0.93, "stop here", transform=ax.get_xaxis_transform(), va="center")
            ends += f"; a dashed line marks epoch {stop + 1}, where it stops"
        ax.set(xlabel="epoch", ylabel="loss", ylim=(0, None))
        return (
            f"Two losses over {len(train)} epochs. On the training images it falls from {train[0]:.2f} to "
            f"{train[-1]:.2f}. On the held-out images it falls, turns, and ends at {held_out[-1]:.2f}: {ends}."
        )

    return style.picture(paint, height=3.0)


# -- the four instruments ----------------------------------------------------------------------------------------------

BUGS = {
    "none, repaired": "",
    "softmax before the loss": "softmax",
    "gradients never cleared": "sums",
    "never back to training": "mode",
    "rate lowered per batch": "rate",
    "all four": "softmax sums mode rate",
}
_DIALS = ("loss", "size of the gradient", "running mean", "learning rate")


@functools.cache
def dials(bug: str) -> dict[str, list[float]]:
    """What four instruments show at each of 50 steps (5 epochs of 10 batches of digits) of a loop with that bug."""
    import torch
    from torch.nn import functional as F

    from nnbook.data import batches, digits

    wrong = BUGS[bug].split()
    x, y = (part[:640] for part in digits().train)
    x = x.flatten(1)
    with torch.random.fork_rng(devices=[]):  # the reader's own draws stay what they were
        torch.manual_seed(0)
        norm = torch.nn.BatchNorm1d(32)
        net = torch.nn.Sequential(torch.nn.Linear(64, 32), norm, torch.nn.ReLU(), torch.nn.Linear(32, 10))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
    schedule = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.7)
    seen: dict[str, list[float]] = {dial: [] for dial in _DIALS}
    for epoch in range(5):
        if "mode" not in wrong:
            net.train()
        for xb, yb in batches(x, y, batch_size=64, seed=epoch):
            scores = net(xb).softmax(dim=1) if "softmax" in wrong else net(xb)
            loss = F.cross_entropy(scores, yb)
            if "sums" not in wrong:
                optimizer.zero_grad()
            loss.backward()
            sizes = [p.grad.norm() for p in net.parameters() if p.grad is not None]
            mean, rate = norm.running_mean, optimizer.param_groups[0]["lr"]
            assert mean is not None
            values = loss.item(), torch.stack(sizes).norm().item(), mean.norm().item(), rate
            for dial, value in zip(_DIALS, values, strict=True):
                seen[dial].append(value)
            optimizer.step()
            if "rate" in wrong:
                schedule.step()
        if "rate" not in wrong:
            schedule.step()
        net.eval()
    return seen


def instruments(bug: str = "all four") -> style.Picture:
    """Four instruments, read at each step of a loop with that bug, drawn over those of the repaired one."""
    if bug not in BUGS:
        raise ValueError(f"there is no bug {bug!r}; there are {', '.join(BUGS)}")
    right, seen = dials("none, repaired"), dials(bug)

    def paint(fig: Figure) -> str:
        fig.subplots_adjust(left=0.07, right=0.985, top=0.93, bottom=0.13, hspace=0.45, wspace=0.2)
        told = []
        panels = fig.subplots(2, 2)
        panels[0, 0].set_title("wide: repaired   dashed: broken", loc="right", fontsize=11)
        for ax in panels[1]:
            ax.set_xlabel("step; a thin line ends an epoch")
        for ax, dial in zip(panels.flat, _DIALS, strict=True):
            steps = range(1, len(right[dial]) + 1)
            ax.plot(steps, right[dial], color=style.SKY, linewidth=6, alpha=0.6)
            ax.plot(steps, seen[dial], **style.line(1))
            for edge in range(10, len(right[dial]), 10):
                ax.axvline(edge + 0.5, color=style.GREY, linewidth=0.8, alpha=0.4)
            ax.set_title(dial)
            if dial == "learning rate":
                ax.set_yscale("log")
                ax.set_ylim(1e-9, 2)
                ax.set_yticks((1e-8, 1e-4, 1))
            else:
                ax.set_ylim(0, 1.1 * max(*right[dial], *seen[dial]))
                ax.locator_params(axis="y", nbins=4)
            told.append(f"{dial} ends at {seen[dial][-1]:.2g}, in the repaired loop at {right[dial][-1]:.2g}")
        return (
            f"Four instruments over 5 epochs of 10 batches each, for a loop with {_said(bug)} (dashed) over the "
            f"repaired one (wide and pale): {'; '.join(told)}."
        )

    return style.picture(paint, height=4.2, quick=True)


def _said(bug: str) -> str:
    return {"none, repaired": "no bug", "all four": "all four bugs"}.get(bug, f'the bug "{bug}"')


def explore_loop() -> style.Explorer:
    """Choose the bug that is in the loop, and read its instruments."""
    return style.explorer(
        lambda bug: instruments(bug), bug=style.Choice(tuple(BUGS), "gradients never cleared", "bug in the loop")
    )
