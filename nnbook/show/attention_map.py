"""Who looks at whom: attention's weights over the rows of an image, and the waves that tell where a row stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nnbook.show import style

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def head_maps(image: Any, weights: Any) -> style.Picture:
    """An image (T, W) read row by row, beside the weights (H, T, T) of each head: queries down, keys across."""
    image, weights = _checked(image, weights)
    heads, rows, _ = weights.shape
    half = rows // 2

    def paint(fig: Figure) -> str:
        sizes = {"width_ratios": [1] * (heads + 1) + [0.08]}
        digit, *panels, scale = fig.subplots(1, heads + 2, gridspec_kw=sizes)
        _ink(style.bare(digit), image)
        digit.set(title="image", yticks=range(rows), ylabel="row")
        digit.tick_params(length=0)
        said = []
        top = float(weights.max())
        for h, ax in enumerate(panels):
            shown = ax.imshow(weights[h].numpy(), vmin=0, vmax=top)
            ax.axvline(half - 0.5, color="white", linewidth=2)
            upper = float(weights[h, :, :half].sum(-1).mean())
            ax.set(title=f"head {h}", xticks=(0, half - 1, half, rows - 1), yticks=())
            ax.set_xlabel(f"{upper:.0%} | {1 - upper:.0%}")
            said.append(f"head {h} gives {upper:.0%}")
        fig.colorbar(shown, cax=scale, ticks=(0, top)).ax.set_yticklabels(("0", f"{top:.1f}"))
        return (
            f"An image of {rows} rows, and for each of {heads} heads a map of who looks at whom: rows that look down "
            f"the side, rows that are looked at across; the brighter, the more weight, up to {top:.1f}. Of its weight, "
            f"to the upper half of the rows, left of a white line: {', '.join(said)}."
        )

    return style.picture(paint, height=2)


def gaze(image: Any, weights: Any, head: int = 0, row: int = 0) -> style.Picture:
    """What one row of an image (T, W) looks at through one head of weights (H, T, T): lines as wide as the weights."""
    image, weights = _checked(image, weights)
    heads, rows, _ = weights.shape
    for name, value, size in (("head", head, heads), ("row", row, rows)):
        if not 0 <= value < size:
            raise ValueError(f"{name} must be from 0 to {size - 1}, got {value}")
    shares = weights[head, row].tolist()
    wide, gap = 10.0, 9.0  # of an image, and between the two: the rows are 1 high
    left, right = wide + 0.5, wide + gap - 0.2  # where lines begin and where they end

    def paint(fig: Figure) -> str:
        from matplotlib.patches import Rectangle

        ax = style.bare(fig.add_axes((0.03, 0.03, 0.94, 0.85)))
        for start, edge in ((0.0, -0.4), (right + 0.3, right + wide + 1.2)):
            _ink(ax, image, (start, start + wide, rows - 0.5, -0.5))
            ax.add_patch(Rectangle((start, -0.5), wide, rows, fill=False, edgecolor=style.GREY))
            for t in range(rows if start == 0 else 0):
                ax.text(edge, t, str(t), va="center", ha="right", fontsize=11)
        ax.add_patch(Rectangle((0, row - 0.5), wide, 1, fill=False, edgecolor=style.VERMILLION, linewidth=3.5))
        for t, share in enumerate(shares):
            ax.plot((left, right), (row, t), color=style.BLUE, linewidth=max(0.4, 18 * share), solid_capstyle="butt")
            strong = "bold" if share == max(shares) else "normal"
            ax.text(right + wide + 0.7, t, f"{t}: {share:.2f}", va="center", weight=strong)
        ax.set(xlim=(-1.2, right + wide + 4.2), ylim=(rows - 0.4, -0.6), aspect="auto")
        ax.set_title(f"head {head}, row {row}: what it looks at, and how much")
        ranked = sorted(range(rows), key=lambda t: -shares[t])
        first = ", ".join(f"row {t} {shares[t]:.2f}" for t in ranked[:3])
        return (
            f"An image of {rows} rows, twice, with lines from row {row} on the left to each row on the right, as wide "
            f"as the weights of head {head}. The most goes to {first}; all others together get "
            f"{sum(shares[t] for t in ranked[3:]):.2f}."
        )

    return style.picture(paint, height=3, quick=True)


def explore_gaze(images: Any, weights: Any, image: int = 0, head: int = 0, row: int = 0) -> style.Explorer:
    """Choose among images (N, T, W) with weights (N, H, T, T), then a head and a row: what does it look at?"""
    if len(images) != len(weights):
        raise ValueError(f"there are {len(images)} images, but weights for {len(weights)}")

    def draw(image: Any, head: Any, row: Any) -> style.Picture:
        return gaze(images[int(image)], weights[int(image)], int(head), int(row))

    return style.explorer(
        draw,
        image=style.Slider(0, len(images) - 1, 1, image, "image"),
        head=style.Slider(0, weights.shape[1] - 1, 1, head, "head"),
        row=style.Slider(0, weights.shape[2] - 1, 1, row, "row that looks"),
    )


def positions(table: Any, at: tuple[int, int] = (10, 40)) -> style.Picture:
    """A table (T, d) of position codes, and the products of two of its rows with all others."""
    table = table.detach().cpu().double()
    steps, width = table.shape
    if not all(0 <= t < steps for t in at):
        raise ValueError(f"positions must be from 0 to {steps - 1}, got {at}")

    def paint(fig: Figure) -> str:
        left, right = fig.subplots(1, 2, gridspec_kw={"width_ratios": (1, 1.5)})
        left.imshow(table.numpy(), vmin=-1, vmax=1, aspect="auto", interpolation="nearest")
        left.set(title="the table", xlabel="column", ylabel="position t", xticks=(0, width - 1), yticks=(0, *at))
        said = []
        for i, t in enumerate(at):
            products = (table @ table[t]).tolist()
            right.plot(range(steps), products, **style.line(i))
            right.plot(t, products[t], **style.mark(i, markersize=9))
            style.label(right, f"t = {t}", t, products[t], dx=10, dy=2)
            peak = max(range(steps), key=products.__getitem__)
            near = (products[s] for s in (t - 3, t + 3) if 0 <= s < steps)
            said.append(
                f"that of row {t} is highest at {peak}, {products[peak]:.1f}, and {next(near):.1f} three rows off"
            )
        right.set(title="product of row t with each row", xlabel="position", xticks=(0, *at, steps - 1))
        return (
            f"Left: a table of {steps} positions and {width} columns; waves run down the columns, short ones in the "
            f"first, ever longer ones to the right. Right: two curves of products: {'; '.join(said)}."
        )

    return style.picture(paint, height=3)


def _checked(image: Any, weights: Any) -> tuple[Any, Any]:
    image, weights = image.detach().cpu().double(), weights.detach().cpu().double()
    if image.dim() != 2 or weights.dim() != 3 or weights.shape[1:] != (len(image), len(image)):
        shapes = f"{tuple(image.shape)} and {tuple(weights.shape)}"
        raise ValueError(f"an image (T, W) and weights (H, T, T) are needed, got shapes {shapes}")
    return image, weights


def _ink(ax: Any, image: Any, extent: tuple[float, ...] | None = None) -> None:
    """Dark ink on a pale ground in every theme: it is a photograph, not lines."""
    ax.imshow(image.numpy(), cmap="Greys", vmin=0, vmax=1, extent=extent)
