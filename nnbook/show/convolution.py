"""A convolution seen three ways: as a matrix, as windows over an image, as what its kernel finds there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from nnbook.show import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_SIZE = 8  # the side of the image that the windows move over


def _map() -> Any:
    """The middle of cividis: its ends are lost on a black or a white page."""
    import matplotlib
    import numpy as np
    from matplotlib.colors import ListedColormap

    return ListedColormap(matplotlib.colormaps["cividis"](np.linspace(0.2, 0.97, 256)))


def _draw_matrix(ax: Axes, matrix: Any, **more: Any) -> None:
    """Every entry that is not zero as a cell, equal numbers in equal colours; zeros let the page through."""
    import numpy as np

    ranks = np.unique(matrix, return_inverse=True)[1].reshape(matrix.shape)
    shown = np.ma.masked_where(matrix == 0, ranks)
    ax.imshow(shown, cmap=_map(), interpolation="none", **more)
    ax.set(xticks=(), yticks=())
    for spine in ax.spines.values():
        spine.set(visible=True, color=style.GREY, linewidth=1)


def matrices(by_name: Mapping[str, Any], kernel: Any = None) -> style.Picture:
    """Matrices (outputs, inputs) side by side, zeros left open; `kernel`, if given, in the corner of the last one."""
    arrays = {name: _array(m) for name, m in by_name.items()}

    def paint(fig: Figure) -> str:
        import numpy as np

        said = []
        panels = fig.subplots(1, len(arrays), squeeze=False)[0]
        for ax, (name, m) in zip(panels, arrays.items(), strict=True):
            filled, different = int((m != 0).sum()), len(np.unique(m[m != 0]))
            _draw_matrix(ax, m)
            ax.set_title(f"{name}: {filled:,} entries")
            ax.set(xlabel=f"{m.shape[1]} inputs", ylabel=f"{m.shape[0]} outputs")
            said.append(f"{name} has {filled:,} entries other than zero, {different:,} of them different")
        corner = ""
        if kernel is not None:
            weights = _array(kernel)
            weights = weights.reshape(-1, weights.shape[-1])
            inset = panels[-1].inset_axes((0.77, 0.55, 0.2, 0.36))
            _draw_matrix(inset, weights)
            inset.set_xlabel("kernel")
            corner = (
                f" In its corner the kernel, {weights.shape[0]} × {weights.shape[1]}, in the colours of the matrix."
            )
        return (
            f"{len(arrays)} matrices, each entry a cell, equal numbers in equal colours and zeros left open. "
            f"{'; '.join(said)}: {_pattern(m)}.{corner}"
        )

    return style.picture(paint, height=2.7)


def _array(tensor: Any) -> Any:
    return tensor.detach().cpu().numpy()


def _pattern(m: Any) -> str:
    """What the last matrix looks like: how many entries a row has, and whether all rows have the same ones."""
    rows = {tuple(row[row != 0].tolist()) for row in m}
    per_row = {len(row) for row in rows}
    if len(rows) == 1 and len(m) > 1:
        return f"the same {per_row.pop()} in each row, further to the right from row to row"
    return f"{min(per_row)} to {max(per_row)} in a row" if len(per_row) > 1 else f"{per_row.pop()} in each row"


def filtered(image: Any, kernels: Mapping[str, Any]) -> style.Picture:
    """An image (H, W), and for each kernel (k, k) the kernel and what its convolution makes of the image."""
    import torch

    with torch.no_grad():
        results = {
            name: _array(torch.nn.functional.conv2d(image[None, None], kernel[None, None])[0, 0])
            for name, kernel in kernels.items()
        }
    # one scale for all results, so that pale and dark mean the same in each
    limit = max(float(abs(result).max()) for result in results.values())

    def paint(fig: Figure) -> str:
        grid = fig.add_gridspec(2, 1 + len(kernels), height_ratios=(0.7, 1))
        _frame(fig.add_subplot(grid[1, 0])).imshow(_array(image), cmap="Greys", vmin=0, vmax=1)
        told = []
        for i, (name, kernel) in enumerate(kernels.items(), 1):
            _draw_numbers(fig.add_subplot(grid[0, i]), kernel)
            fig.axes[-1].set_title(name, loc="center")
            result = results[name]
            ax = _frame(fig.add_subplot(grid[1, i]))
            ax.imshow(result, cmap=_map(), vmin=-limit, vmax=limit)
            row, column = divmod(int(result.argmax()), result.shape[1])
            ax.plot(column, row, marker="+", color="black", markersize=10, markeredgewidth=2)
            told.append(f"{name}, from {result.min():.1f} to {result.max():.1f}, largest at ({row}, {column})")
        return (
            f"An image of {' × '.join(map(str, image.shape))} pixels; beside it {len(kernels)} kernels, each with its "
            "numbers and under them what its convolution gives, blue where negative and yellow where positive, a cross "
            f"at the largest (row, column), counted from 0: {'; '.join(told)}."
        )

    return style.picture(paint, height=2.9)


def _draw_numbers(ax: Axes, kernel: Any) -> None:
    _frame(ax).set(xlim=(-0.5, kernel.shape[1] - 0.5), ylim=(kernel.shape[0] - 0.5, -0.5), aspect="equal")
    for row, numbers in enumerate(kernel.tolist()):
        for column, number in enumerate(numbers):
            # + 0, for what is -0 would be written so
            ax.text(column, row, f"{number + 0:g}".replace("-", "−"), ha="center", va="center", fontsize=11)


def _frame(ax: Axes) -> Axes:
    style.bare(ax)
    for spine in ax.spines.values():
        spine.set(visible=True, color=style.GREY, linewidth=1)
    return ax


def _starts(kernel_size: int, stride: int, padding: int, dilation: int, size: int) -> range:
    """Where the windows begin along one side of the image, counted in the padded image."""
    covered = dilation * (kernel_size - 1) + 1
    return range(0, size + 2 * padding - covered + 1, stride)


def met(kernel_size: int, stride: int, padding: int, dilation: int, size: int = _SIZE) -> Any:
    """How many windows meet each place of the padded image: an array (size + 2 padding, size + 2 padding)."""
    import numpy as np

    along = np.zeros(size + 2 * padding, dtype=int)
    for start in _starts(kernel_size, stride, padding, dilation, size):
        along[start : start + dilation * (kernel_size - 1) + 1 : dilation] += 1
    return np.outer(along, along)


def as_matrix(kernel_size: int, stride: int, padding: int, dilation: int, size: int = _SIZE) -> Any:
    """The convolution's matrix (outputs, pixels), with 1, 2, ... for the entries of its kernel row by row."""
    import numpy as np

    starts = _starts(kernel_size, stride, padding, dilation, size)
    out = np.zeros((len(starts), len(starts), size + 2 * padding, size + 2 * padding), dtype=int)
    entries = np.arange(1, kernel_size**2 + 1).reshape(kernel_size, kernel_size)
    reach = dilation * (kernel_size - 1) + 1
    for i, top in enumerate(starts):
        for j, left in enumerate(starts):
            out[i, j, top : top + reach : dilation, left : left + reach : dilation] = entries
    inside = slice(padding, padding + size)
    return out[:, :, inside, inside].reshape(len(starts) ** 2, size * size)


def windows(kernel_size: int = 3, stride: int = 1, padding: int = 0, dilation: int = 1) -> style.Picture:
    """The windows of a convolution over an image of 8 × 8: how many meet each pixel, and the matrix that they make."""
    kernel_size, stride, padding, dilation = (int(v) for v in (kernel_size, stride, padding, dilation))
    for name, value, least in (
        ("kernel_size", kernel_size, 1),
        ("stride", stride, 1),
        ("padding", padding, 0),
        ("dilation", dilation, 1),
    ):
        if value < least:
            raise ValueError(f"{name} must be at least {least}, got {value}")
    starts = _starts(kernel_size, stride, padding, dilation, _SIZE)
    if not starts:
        covered = dilation * (kernel_size - 1) + 1
        raise ValueError(f"a kernel that covers {covered} places does not fit into {_SIZE + 2 * padding}")
    count, matrix = met(kernel_size, stride, padding, dilation), as_matrix(kernel_size, stride, padding, dilation)
    inside = count[padding : padding + _SIZE, padding : padding + _SIZE]
    unseen = int((inside == 0).sum())
    filled = int((matrix != 0).sum())

    def paint(fig: Figure) -> str:
        left = style.bare(fig.add_axes((0.0, 0.11, 0.44, 0.78)))
        _draw_image(left, count, padding)
        _draw_windows(left, starts[:2], kernel_size, dilation)
        left.set_title(f"output {len(starts)} × {len(starts)}")
        key = ["□ first"] + ["△ second"] * (len(starts) > 1) + ["× never met"] * (unseen > 0)
        fig.text(0.22, 0.045, "    ".join(key), ha="center", va="center", fontsize=11)

        right = fig.add_axes((0.52, 0.11, 0.46, 0.78))
        _draw_matrix(right, matrix, aspect="auto")
        right.set(xlabel=f"{matrix.shape[1]} pixels", ylabel=f"{matrix.shape[0]} outputs")
        right.set_title(f"its matrix: {filled:,} entries")
        return (
            f"A kernel of {kernel_size} × {kernel_size} with stride {stride}, padding {padding} and dilation "
            f"{dilation} on an image of {_SIZE} × {_SIZE}: the output is {len(starts)} × {len(starts)}. Left: the "
            f"image, each pixel coloured by the number of windows that meet it, from {inside.min()} to {inside.max()}; "
            f"{unseen or 'none'} of {inside.size} pixels are never met{' (crosses)' if unseen else ''}. Squares mark "
            f"the first window{', triangles the second' if len(starts) > 1 else ''}. Right: its matrix, "
            f"{matrix.shape[0]} × {matrix.shape[1]}, with {filled:,} entries other than zero."
        )

    return style.picture(paint, height=3.3, quick=True)


def _draw_image(ax: Axes, count: Any, padding: int) -> None:
    """The image in a frame, the padding around it in a dashed one, and how many windows meet each pixel."""
    import numpy as np
    from matplotlib.patches import Rectangle

    n = len(count)
    inside = np.zeros(count.shape, dtype=bool)
    inside[padding : n - padding, padding : n - padding] = True
    ax.imshow(np.ma.masked_where(~inside | (count == 0), count), cmap=_map(), vmin=0, interpolation="none")
    frame: dict[str, Any] = {"fill": False, "edgecolor": style.GREY}
    ax.add_patch(Rectangle((padding - 0.5, padding - 0.5), n - 2 * padding, n - 2 * padding, linewidth=2, **frame))
    if padding:
        ax.add_patch(Rectangle((-0.5, -0.5), n, n, linewidth=1.2, linestyle=(0, (4, 3)), **frame))
    rows, columns = np.nonzero(inside & (count == 0))
    ax.plot(columns, rows, marker="x", linestyle="none", color=style.GREY, markersize=7, markeredgewidth=1.8)
    # each number once, where it occurs last: the windows that are drawn lie at the top left
    for number in np.unique(count[inside & (count > 0)]):
        row, column = np.argwhere(inside & (count == number))[-1]
        dark = number > 0.55 * count.max()
        ax.text(column, row, str(number), ha="center", va="center", color="black" if dark else "white", weight="bold")
    ax.set(xlim=(-0.6, n - 0.4), ylim=(n - 0.4, -0.6))


def _draw_windows(ax: Axes, lefts: range, kernel_size: int, dilation: int) -> None:
    """The pixels of the first two windows of the first row, as squares and triangles."""
    import numpy as np

    taps = np.arange(kernel_size) * dilation
    for index, left in enumerate(lefts):
        x, y = np.meshgrid(left + taps, taps)
        look = style.mark(index + 1, markersize=12 - 5 * index, markeredgewidth=2, markerfacecolor="none")
        ax.plot(x.ravel(), y.ravel(), **look)


def explore_windows() -> style.Explorer:
    """Move the options of a convolution, and see where its windows land and what its matrix becomes."""
    return style.explorer(
        windows,
        kernel_size=style.Slider(1, 4, 1, 3, "kernel_size"),
        stride=style.Slider(1, 3, 1, 2, "stride"),
        padding=style.Slider(0, 2, 1, 0, "padding"),
        dilation=style.Slider(1, 2, 1, 1, "dilation"),
    )
