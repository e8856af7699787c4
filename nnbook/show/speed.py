"""What a call costs: predicted beside measured, several ways to one result, and which of three limits decides."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from nnbook.show import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"))


def told(seconds: float) -> str:
    """A time in two digits or three, in the unit that suits it."""
    size, unit = next(((s, u) for s, u in _UNITS if seconds >= 0.9995 * s), _UNITS[-1])
    number = seconds / size
    return f"{number:.0f} {unit}" if number >= 9.95 else f"{number:.1f} {unit}"


def _tick(seconds: float) -> str:
    return told(seconds).replace(".0 ", " ")


# -- measured times: they stand in the pictures alone, since words are compared from machine to machine ----------------


def forecast(jobs: Mapping[str, tuple[float, float]]) -> style.Picture:
    """For each job two times, in seconds: forecast({"matrix times vector": (predicted, measured)})."""
    _positive("forecast", [t for pair in jobs.values() for t in pair])

    def paint(fig: Figure) -> str:
        ax = _lines(fig, list(jobs), list(jobs.values()))
        for row, (predicted, measured) in enumerate(jobs.values()):
            ax.plot((predicted, measured), (row, row), color=style.GREY, linewidth=1.5, alpha=0.6)
        rows = range(len(jobs))
        ring = style.mark(0, markersize=13, fillstyle="none", markeredgewidth=2, label="predicted")
        ax.plot([predicted for predicted, _ in jobs.values()], rows, **ring)
        ax.plot([measured for _, measured in jobs.values()], rows, **style.mark(1, marker="s", label="measured"))
        for row, pair in enumerate(jobs.values()):
            style.label(ax, told(pair[1]), max(pair), row, dx=13)
        ax.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2, handletextpad=0.2, borderaxespad=0)
        return (
            f"{len(jobs)} jobs below each other, on a logarithmic axis of time: a ring where the formula puts each, "
            f"and a square where the clock does. From the top: {'; '.join(jobs)}."
        )

    return style.picture(paint, height=0.9 + 0.42 * len(jobs))


def timings(ways: Mapping[str, tuple[float, str]]) -> style.Picture:
    """The time of each way to one result, in seconds, and what it counts: timings({"in one pass": (0.002, "2 GB")}).

    The last one is what the others are compared with.
    """
    times = [seconds for seconds, _ in ways.values()]
    _positive("timings", times)

    def paint(fig: Figure) -> str:
        names = list(ways)
        ax = _lines(fig, [f"{name}\n{counts}" for name, (_, counts) in ways.items()], [(t,) for t in times])
        for row, seconds in enumerate(times):
            last = row == len(times) - 1
            ax.plot(seconds, row, **style.mark(1 if last else 0, markersize=9))
            text = told(seconds) if last else f"{told(seconds)}, × {_times(seconds / times[-1])}"
            style.label(ax, text, max(seconds, times[-1]), row, dx=9)  # never across the line of the last
        ax.axvline(times[-1], color=style.VERMILLION, linewidth=1.2, alpha=0.6, zorder=0)
        listed = "; ".join(f"{name}: {counts}" for name, (_, counts) in ways.items())
        return (
            f"{len(ways)} ways to one result, each a mark on a logarithmic axis of time, with its time and how many "
            f"times that of {names[-1]} it takes. From the top: {listed}."
        )

    return style.picture(paint, height=0.55 + 0.55 * len(ways))


def _times(ratio: float) -> str:
    return f"{ratio:,.0f}" if ratio >= 9.95 else f"{ratio:.1f}"


def _positive(name: str, times: Sequence[float]) -> None:
    if not times or not all(t > 0 for t in times):
        raise ValueError(f"{name} takes times in seconds, all of them above 0")


def _lines(fig: Figure, names: Sequence[str], times: Sequence[tuple[float, ...]]) -> Axes:
    """A line from each name, the first on top, to its first mark; the logarithmic axis leaves room for labels."""
    ax = fig.subplots()
    low, high = (math.log10(end(t for row in times for t in row)) for end in (min, max))
    room = max(high - low, 1)
    left, right = low - 0.15 * room, high + 0.42 * room
    ax.set_xscale("log")
    ax.set(xlim=(10**left, 10**right), ylim=(len(names) - 0.5, -0.5))
    for row, marks in enumerate(times):
        ax.plot((10**left, min(marks)), (row, row), color=style.GREY, linewidth=0.8, alpha=0.4, zorder=0)
    ax.set_yticks(range(len(names)), names)
    decades = range(math.floor(left), math.ceil(right) + 1)
    steps = (1,) if right - left > 2 else (1, 3) if right - left > 1.6 else (1, 2, 5)
    ticks = [k * 10.0**d for d in decades for k in steps if 10**left <= k * 10.0**d <= 10**right]
    ax.set_xticks(ticks, [_tick(t) for t in ticks])
    ax.minorticks_off()
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0)
    return ax


# -- the three limits --------------------------------------------------------------------------------------------------

# calls, bytes and operations for a size n, in float32; each tensor is read or written once
JOBS: dict[str, Callable[[int], tuple[int, int, int]]] = {
    "matrix + matrix": lambda n: (1, 12 * n * n, n * n),
    "matrix × vector": lambda n: (1, 4 * (n * n + 2 * n), 2 * n * n),
    "matrix × matrix": lambda n: (1, 12 * n * n, 2 * n**3),
    "hardswish in four calls": lambda n: (4, 36 * n * n, 4 * n * n),
    "hardswish in one call": lambda n: (1, 8 * n * n, 4 * n * n),
    "LSTM in Python, 8 rows of 8 pixels": lambda n: (129, 8 * 16 * n * (n + 8), 8 * 8 * n * (n + 8)),
}
_LIMITS = ("calls", "bytes", "operations")


def costs(job: str, n: int, call: float, memory: float, arithmetic: float) -> dict[str, float]:
    """Seconds for the calls, the bytes and the operations of a job, each as if there were nothing else."""
    calls, moved, operations = JOBS[job](n)
    return {
        "calls": calls * call * 1e-6,
        "bytes": moved / (memory * 1e9),
        "operations": operations / (arithmetic * 1e9),
    }


def limits(
    job: str = "matrix × matrix", size: int = 8, call: float = 2, memory: float = 20, arithmetic: float = 80
) -> style.Picture:
    """What calls, bytes and operations of a job cost for n from 1 to 4096, with a mark at n = 2 ** size.

    A call costs `call` microseconds, memory moves `memory` GB a second, a core does `arithmetic` billion operations.
    """
    if job not in JOBS:
        raise ValueError(f"there is no job {job!r}; there are {', '.join(JOBS)}")
    if not 0 <= size <= 12 or min(call, memory, arithmetic) <= 0:
        raise ValueError("limits takes a size from 0 to 12, and a call, a memory and an arithmetic above 0")
    n = 2 ** int(size)
    here = costs(job, n, call, memory, arithmetic)
    most = max(here, key=here.__getitem__)
    total = here["calls"] + max(here["bytes"], here["operations"])

    def paint(fig: Figure) -> str:
        ax = fig.add_axes((0.1, 0.19, 0.72, 0.7))
        ends = costs(job, 4096, call, memory, arithmetic)
        for i, limit in enumerate(_LIMITS):
            # logarithms on a plain axis: a logarithmic one takes twice as long to draw
            logs = [math.log10(costs(job, 2**k, call, memory, arithmetic)[limit]) for k in range(13)]
            ax.plot(range(13), logs, **style.line(i))
            # a label whose line ends close below another's moves down
            close = sum(0 < math.log10(t) - logs[-1] < 0.9 for t in ends.values())
            style.label(ax, limit, 12, logs[-1], dx=9, dy=-8 * close, color=style.COLOURS[i], weight="bold")
        ax.plot(int(size), math.log10(total), **style.mark(3, markersize=10, clip_on=False, zorder=5))
        ax.axvline(int(size), color=style.GREY, linewidth=1, alpha=0.5, zorder=0)
        ax.set(xlim=(0, 12), ylim=(-10, 1), xlabel="n")
        ax.set_xticks((0, 2, 4, 6, 8, 10, 12), [str(2**k) for k in (0, 2, 4, 6, 8, 10, 12)])
        ax.set_yticks((-9, -6, -3, 0), ("1 ns", "1 µs", "1 ms", "1 s"))
        ax.set_title(f"{job}, n = {n}: {told(total)}, {most} decide")
        spent = ", ".join(f"{limit} {told(here[limit])}" for limit in _LIMITS)
        return (
            f"{job}: three lines over n from 1 to 4096, both axes logarithmic, for what its calls, its bytes and its "
            f"operations cost at {call:g} µs a call, {memory:g} GB and {arithmetic:g} billion operations a second. A "
            f"mark at n = {n}: {spent}; {told(total)} in all, and {most} decide."
        )

    return style.picture(paint, height=3.1, quick=True)


def explore_limits() -> style.Explorer:
    """Choose a job and its size, and a machine: do calls, bytes or operations decide how long it takes?"""

    def draw(**values: Any) -> style.Picture:
        return limits(**values)

    return style.explorer(
        draw,
        job=style.Choice(tuple(JOBS), "matrix × matrix"),
        size=style.Slider(0, 12, 1, 8, "n = 2 to the power of"),
        call=style.Slider(0.5, 20, 0.5, 2, "µs a call"),
        memory=style.Slider(5, 200, 5, 20, "GB a second"),
        arithmetic=style.Slider(10, 400, 10, 80, "billion operations a second"),
    )


# -- patches as columns ------------------------------------------------------------------------------------------------


def patches(image: Any, kernel: Any, place: tuple[int, int] = (2, 3)) -> style.Picture:
    """An image (H, W), its patches under a kernel (k, k), each a column, and the image that the product gives.

    k is odd, and zeros around the image keep its size. The patch around `place`, its column and its result are marked.
    """
    import torch

    height, width = image.shape
    k = len(kernel)
    row, column = place
    if tuple(kernel.shape) != (k, k) or k % 2 == 0:
        raise ValueError(f"patches takes a square kernel of odd size, not {tuple(kernel.shape)}")
    if not (0 <= row < height and 0 <= column < width):
        raise ValueError(f"patches has no place {place} in an image of {height} × {width}")
    image, kernel = (t.detach().double().cpu() for t in (image, kernel))
    columns = torch.nn.functional.unfold(image[None, None], k, padding=k // 2)[0]  # (k · k, places)
    result = (kernel.reshape(1, -1) @ columns).reshape(height, width)
    at = row * width + column

    def paint(fig: Figure) -> str:
        left, middle, right = fig.subplots(1, 3, width_ratios=(1, 2.6, 1))
        left.imshow(image.tolist(), cmap=_grey(), vmin=0)
        _frame(left, column - k // 2 - 0.5, row - k // 2 - 0.5, k, k)
        left.set_title(f"{height} × {width} pixels")
        middle.imshow(columns.tolist(), cmap=_grey(), vmin=0, aspect="auto", interpolation="nearest")
        _frame(middle, at - 0.5, -0.5, 1, k * k)
        middle.set_title(f"{k * k} × {columns.shape[1]}: a patch in each column")
        right.imshow(result.tolist(), cmap=_grey())
        _frame(right, column - 0.5, row - 0.5, 1, 1)
        right.set_title("the product")
        for ax in (left, middle, right):
            style.bare(ax)
        return (
            f"Left: an image of {height} × {width} pixels with a patch of {k} × {k} marked around row {row}, column "
            f"{column}. Middle: its {columns.shape[1]} patches as the columns of a matrix with {k * k} rows, "
            f"{columns.numel()} numbers in place of {image.numel()}, and column {at} marked. Right: the kernel times "
            f"that matrix, an image again, with the pixel of column {at} marked."
        )

    return style.picture(paint, height=1.9)


def _grey() -> Any:
    """Part of cividis: its ends are lost on a black or a white page."""
    from matplotlib import colormaps
    from matplotlib.colors import ListedColormap

    return ListedColormap(colormaps["cividis"](range(25, 250)))


def _frame(ax: Axes, x: float, y: float, width: float, height: float) -> None:
    from matplotlib.patches import Rectangle

    ax.add_patch(Rectangle((x, y), width, height, fill=False, edgecolor=style.VERMILLION, linewidth=2.5, clip_on=False))
