"""Two trainings on one plot, and digits with the names that a network gave them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from nnbook.show import style

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def same_losses(**curves: Sequence[float]) -> style.Picture:
    """The losses of two trainings, the second drawn over the first: same_losses(torch=losses, scratch=losses)."""
    (one, below), (two, above) = curves.items()
    if len(below) != len(above):
        raise ValueError(f"the two curves must have one length, but have {len(below)} and {len(above)}")

    def paint(fig: Figure) -> str:
        ax = fig.subplots()
        steps = range(1, len(below) + 1)
        ax.plot(steps, below, color=style.SKY, linewidth=7, alpha=0.75, solid_capstyle="round")
        ax.plot(steps, above, color=style.VERMILLION, linewidth=1.8, linestyle=(0, (4, 2)))
        ax.set(xlabel="step", ylabel="loss", ylim=(0, None))
        ax.margins(x=0.02)
        # the key, drawn as the lines are
        for text, y, look in (
            (one, 0.92, {"color": style.SKY, "linewidth": 7, "alpha": 0.75}),
            (two, 0.78, {"color": style.VERMILLION, "linewidth": 1.8, "linestyle": (0, (4, 2))}),
        ):
            ax.plot((0.52, 0.62), (y, y), transform=ax.transAxes, solid_capstyle="round", **look)  # type: ignore[arg-type]
            ax.text(0.65, y, text, transform=ax.transAxes, va="center", fontsize=13)
        apart = max(abs(a - b) for a, b in zip(below, above, strict=True))
        seen = "exactly over" if apart < 1e-4 * max(map(abs, below)) else "apart from"
        return (
            f"The loss of two trainings over {len(below)} steps: {one} as a wide pale line from {below[0]:.2f} to "
            f"{below[-1]:.2f}, {two} as a thin dashed line {seen} it."
        )

    return style.picture(paint, height=2.8)


def named_digits(images: Any, answers: Any, labels: Any) -> style.Picture:
    """Images (N, 1, 8, 8) with the network's answer under each; a wrong one names the right label too."""
    given, right = [int(a) for a in answers], [int(t) for t in labels]

    def paint(fig: Figure) -> str:
        grid = fig.subplots(1, len(given), squeeze=False)[0]
        for ax, image, answer, label in zip(grid, images, given, right, strict=True):
            # dark ink on a pale ground in every theme: these are photographs, not lines
            style.bare(ax).imshow(image.detach().cpu().reshape(8, 8).numpy(), cmap="Greys", vmin=0, vmax=1)
            wrong = answer != label
            ax.set_xlabel(f"{answer}\nnot {label}" if wrong else str(answer), fontsize=14)
            for spine in ax.spines.values():
                spine.set(visible=True, color=style.VERMILLION if wrong else style.GREY, linewidth=3 if wrong else 1)
        wrongs = [f"a {t} that it calls {a}" for a, t in zip(given, right, strict=True) if a != t]
        return (
            f"{len(given)} images of digits with the network's answers under them: {', '.join(map(str, given))}. "
            + (f"Wrong, in a thick frame: {', '.join(wrongs)}." if wrongs else "All are right.")
        )

    return style.picture(paint, height=1.3)
