"""How parameters move: optimizers on one valley, a learning rate and a momentum to try there, and rates over time."""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from nnbook.show import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# The valley f(a, c) = (1 a² + 100 c²) / 2: a hundred times as curved across it, in c, as along it, in a.
CURVATURES = (1.0, 100.0)
START = (-4.0, 0.5)
_LEVELS = (0.1, 1.0, 4.0, 10.0, 20.0)
_FAR = 1e3  # a loss above this has flown off

Point = tuple[float, float]
# What makes an optimizer of parameters: a class, or lambda params: Adam(params, lr=0.3).
Maker = Callable[[list[Any]], Any]


def height(point: Point) -> float:
    """The loss at a point of the valley."""
    return sum(k * x * x for k, x in zip(CURVATURES, point, strict=True)) / 2


def walk(make: Maker, steps: int) -> list[Point]:
    """The points that an optimizer visits in the valley: the start, and where it is after each step."""
    import torch

    place = torch.nn.Parameter(torch.tensor(START, dtype=torch.float64))
    slope = torch.tensor(CURVATURES, dtype=torch.float64)
    optimizer = make([place])
    points = [START]
    for _ in range(steps):
        place.grad = slope * place.detach()
        optimizer.step()
        a, c = place.tolist()
        points.append((a, c))
    return points


def _ratio() -> float:
    return CURVATURES[1] / CURVATURES[0]


def crossings(points: Sequence[Point]) -> int:
    """How often a walk steps over the floor of the valley, c = 0."""
    sides = [c > 0 for _, c in points if c != 0]
    return sum(before != after for before, after in itertools.pairwise(sides))


def race(racers: Mapping[str, Maker], steps: int = 40) -> style.Picture:
    """Each optimizer's walk on the same valley: race({"SGD": lambda params: SGD(params, lr=0.07), ...})."""
    if not racers:
        raise ValueError("a race needs at least one optimizer")
    walks = {name: walk(make, steps) for name, make in racers.items()}

    def paint(fig: Figure) -> str:
        rows = (len(walks) + 1) // 2
        panels = fig.subplots(rows, 2, sharex=True, sharey=True, squeeze=False)
        told = []
        for i, (ax, (name, points)) in enumerate(zip(panels.flat, walks.items(), strict=False)):
            _valley(ax)
            _path(ax, points, i)
            ax.set_title(f"{name}: {_end(points)}")
            if i == 0:
                style.label(ax, "start", *START, dx=8, dy=5)
                style.label(ax, "lowest", 0, 0, dx=0, dy=13, ha="center")
            told.append(f"{name} at a = {points[-1][0]:.2f}, floor crossed {crossings(points)} times, {_end(points)}")
        for ax in list(panels.flat)[len(walks) :]:
            style.bare(ax)
        for ax in panels[-1]:
            ax.set_xlabel("a")
        for ax in panels[:, 0]:
            ax.set_ylabel("c", rotation=0, va="center")
        return (
            f"Rings of equal loss around the lowest point (a cross) of a long valley, {_ratio():.0f} times as curved "
            f"across as along it, in {len(walks)} panels; a path of dots, one for each of {steps} steps, starts on the "
            f"left at a loss of {height(START):.1f}. After {steps} steps: {'; '.join(told)}."
        )

    return style.picture(paint, height=0.4 + 1.75 * ((len(walks) + 1) // 2))


def _valley(ax: Axes) -> None:
    """Rings of equal loss, and a cross at the lowest point."""
    turn = [math.pi * i / 90 for i in range(181)]
    for level in _LEVELS:
        wide, high = (math.sqrt(2 * level / k) for k in CURVATURES)
        ring = [wide * math.cos(t) for t in turn], [high * math.sin(t) for t in turn]
        ax.plot(*ring, color=style.GREY, linewidth=1, alpha=0.6)
    ax.plot(0, 0, color=style.GREY, marker="x", markersize=9, markeredgewidth=2.5, linestyle="none")
    ax.set(xlim=(-4.6, 4.6), ylim=(-0.75, 0.75), xticks=(-4, -2, 0, 2, 4), yticks=(-0.5, 0, 0.5))


def _path(ax: Axes, points: Sequence[Point], index: int) -> None:
    """A walk as a thin line with a dot at each step, and a larger one where it starts."""
    seen = [(a, c) for a, c in points if abs(a) < 1e6 and abs(c) < 1e6]
    look: dict[str, Any] = {"color": style.COLOURS[index % 4], "marker": style.MARKERS[index % 4]}
    ax.plot(*zip(*seen, strict=True), **look, linewidth=1.2, markersize=4)
    ax.plot(*points[0], **look, markersize=9)


def _end(points: Sequence[Point]) -> str:
    loss = height(points[-1])
    return f"loss {_number(loss)}" if loss < _FAR else "flies off"


def _number(x: float) -> str:
    if x < 1e-15:
        return "0"
    return f"{x:.2f}" if x >= 0.01 else f"{x:.3f}" if x >= 5e-4 else f"{x:.0e}"


# -- one optimizer, its rate and its momentum --------------------------------------------------------------------------


@functools.lru_cache(maxsize=512)
def descend(rate: float, momentum: float, steps: int = 40) -> tuple[Point, ...]:
    """The walk of SGD: b ← μ b + g, θ ← θ − γ b, as torch's does it."""
    at, buffer, points = START, (0.0, 0.0), [START]
    for _ in range(steps):
        buffer = tuple(momentum * b + k * x for b, k, x in zip(buffer, CURVATURES, at, strict=True))  # type: ignore[assignment]
        at = at[0] - rate * buffer[0], at[1] - rate * buffer[1]
        points.append(at)
    return tuple(points)


def descent(rate: float = 0.019, momentum: float = 0.0) -> style.Picture:
    """SGD in the valley with this learning rate and momentum: its walk, and its loss step by step."""
    if not (rate > 0 and 0 <= momentum <= 1):
        raise ValueError(f"a rate is above 0 and a momentum from 0 to 1; got rate {rate} and momentum {momentum}")
    points = descend(round(rate, 4), round(momentum, 4))
    losses = [height(point) for point in points]

    def paint(fig: Figure) -> str:
        left, right = fig.add_axes((0.11, 0.19, 0.42, 0.69)), fig.add_axes((0.63, 0.19, 0.35, 0.69))
        _valley(left)
        _path(left, points, 0)
        left.set_xlabel("a")
        left.set_ylabel("c", rotation=0, va="center")
        left.set_title(f"rate {rate:.3f}, momentum {momentum:.2f}")
        # the logarithms on a plain axis: a logarithmic one takes twice as long to draw
        right.axhline(math.log10(losses[0]), color=style.GREY, linewidth=1)
        logs = [math.log10(min(max(loss, 1e-18), 1e18)) for loss in losses]
        right.plot(range(len(logs)), logs, **style.line(1))
        right.set(xlim=(0, len(logs) - 1), ylim=(-7, 7), xlabel="step")
        right.set_yticks((-6, -3, 0, 3, 6), ("$10^{-6}$", "$10^{-3}$", "1", "$10^3$", "$10^6$"))
        right.set_title(_end(points))
        return (
            f"Left: the walk of SGD with learning rate {rate:.3f} and momentum {momentum:.2f} over the rings of a long "
            f"valley; in {len(points) - 1} steps it crosses the floor {crossings(points)} times. Right: the loss, on a "
            f"logarithmic axis, from {losses[0]:.1f} at the start, a grey line; at the end it is {_last(points)}."
        )

    return style.picture(paint, height=3, quick=True)


def _last(points: Sequence[Point]) -> str:
    loss = height(points[-1])
    return f"{loss:.0e} and flies off" if not loss < _FAR else _number(loss)


def explore_descent() -> style.Explorer:
    """Move the learning rate and the momentum: what comes down fastest, and what flies off?"""
    return style.explorer(
        descent,
        rate=style.Slider(0.001, 0.05, 0.001, 0.019, "learning rate"),
        momentum=style.Slider(0, 1, 0.05, 0, "momentum"),
    )


# -- rates over time ---------------------------------------------------------------------------------------------------


def rates(schedules: Mapping[str, Sequence[float]]) -> style.Picture:
    """Learning rates epoch by epoch: rates({"StepLR": [1, 1, 0.5, 0.5], ...})."""
    if not schedules:
        raise ValueError("there is no schedule to draw")

    def paint(fig: Figure) -> str:
        ax = fig.subplots()
        told = []
        for i, (name, values) in enumerate(schedules.items()):
            ax.plot(range(len(values)), values, **style.line(i, drawstyle="steps-post", linewidth=1.6))
            ax.plot(range(len(values)), values, **style.mark(i))
            told.append(
                f"{name} from {_number(values[0])} over {_number(values[len(values) // 2])} in the middle to "
                f"{_number(values[-1])}"
            )
            style.label(ax, name, len(values) - 1, values[-1], dx=10, color=style.COLOURS[i % 4])
        top = max(max(values) for values in schedules.values())
        ax.set(xlabel="epoch", ylabel="learning rate", ylim=(-0.08 * top, 1.08 * top))
        return f"{len(told)} learning rates, one point for each epoch: {'; '.join(told)}."

    return style.picture(paint, height=2.7)
