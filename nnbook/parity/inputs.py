"""Recipes for inputs: what a case feeds to a candidate, drawn afresh from a seed for each run.

A recipe is a description, not a tensor, so that the same case can be fed in float32 and float64, contiguous and
strided, on any device, and with inputs that nobody could have seen before.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch

DTYPES = {
    "float32": torch.float32,
    "float64": torch.float64,
    "float16": torch.float16,
    "bfloat16": torch.bfloat16,
    "complex64": torch.complex64,
}


def generator(*key: object) -> torch.Generator:
    """A CPU generator seeded by the text of `key`: equal keys give equal draws, in any process."""
    return torch.Generator().manual_seed(zlib.crc32(repr(key).encode()))


@dataclass(frozen=True)
class Recipe:
    """One tensor to be drawn: `draw(generator)` gives it in float64 or in an integer dtype."""

    draw: Callable[[torch.Generator], torch.Tensor]
    text: str
    grad: bool = True
    fixed_dtype: bool = False

    def no_grad(self) -> Recipe:
        """The same input, of which no gradient is asked."""
        return replace(self, grad=False)

    def make(self, gen: torch.Generator, dtype: torch.dtype, device: str, strided: bool) -> torch.Tensor:
        """The tensor: drawn on the CPU, cast to `dtype` unless it holds integers, laid out with gaps if `strided`."""
        value = self.draw(gen)
        if value.is_floating_point() and not self.fixed_dtype:
            value = value.to(dtype)
        if strided and value.dim() >= 1 and value.numel() > 0:
            # Every second element of a larger tensor, its dimensions stored in reverse order: neither .view() nor
            # pointer arithmetic over a dense block gets away with it.
            order = tuple(reversed(range(value.dim())))
            room = torch.empty(*(2 * n for n in value.permute(order).shape), dtype=value.dtype)
            room = room[tuple(slice(None, None, 2) for _ in order)].permute(order)
            room.copy_(value)
            value = room
        if torch.device(device).type != "cpu":
            value = value.to(device)
        if self.grad and value.is_floating_point():
            value.requires_grad_()
        return value


def _shape(shape: Sequence[int]) -> str:
    return "a scalar" if not shape else f"shape {tuple(shape)}"


def normal(*shape: int, mean: float = 0.0, std: float = 1.0) -> Recipe:
    """Normal draws with the given mean and standard deviation."""
    text = _shape(shape) + (f", mean {mean:g}" if mean else "") + (f", std {std:g}" if std != 1 else "")
    return Recipe(lambda g: torch.randn(shape, generator=g, dtype=torch.float64) * std + mean, text)


def uniform(*shape: int, low: float = 0.0, high: float = 1.0) -> Recipe:
    """Uniform draws from [low, high)."""
    return Recipe(
        lambda g: torch.rand(shape, generator=g, dtype=torch.float64) * (high - low) + low,
        f"{_shape(shape)}, values from {low:g} to {high:g}",
    )


def constant(value: float, *shape: int) -> Recipe:
    """The same value everywhere."""
    return Recipe(lambda g: torch.full(shape, float(value), dtype=torch.float64), f"{_shape(shape)}, all {value:g}")


def empty(*shape: int) -> Recipe:
    """A tensor without elements, such as an empty batch."""
    if 0 not in shape:
        raise ValueError(f"empty{shape} has elements: one of its sizes must be 0")
    return Recipe(lambda g: torch.zeros(shape, dtype=torch.float64), f"an empty batch of {_shape(shape)}")


def values(*items: Any, text: str | None = None) -> Recipe:
    """Exactly these floating-point values (nested lists give more dimensions)."""
    content = list(items)
    said = text or f"the values {', '.join(f'{v:g}' if isinstance(v, (int, float)) else str(v) for v in content)}"
    return Recipe(lambda g: torch.tensor(content, dtype=torch.float64), said)


def kinks(*shape: int, at: Sequence[float] = (0.0,), std: float = 2.0) -> Recipe:
    """Normal draws in which about a third of the elements sit exactly on one of the points `at`."""

    def draw(g: torch.Generator) -> torch.Tensor:
        x = torch.randn(shape, generator=g, dtype=torch.float64) * std
        points = torch.tensor(at, dtype=torch.float64)[torch.randint(len(at), shape, generator=g)]
        return torch.where(torch.rand(shape, generator=g) < 1 / 3, points, x)

    return Recipe(draw, f"{_shape(shape)}, with some values exactly {', '.join(f'{a:g}' for a in at)}")


def extremes(*shape: int, size: float = 1e4) -> Recipe:
    """Values of about +-size beside ordinary ones: what overflows in a formula that is not stable."""

    def draw(g: torch.Generator) -> torch.Tensor:
        x = torch.randn(shape, generator=g, dtype=torch.float64)
        pick = torch.rand(shape, generator=g)
        return torch.where(pick < 0.3, x + size, torch.where(pick > 0.7, x - size, x))

    return Recipe(draw, f"{_shape(shape)}, with values near {size:g} and {-size:g}")


def integers(*shape: int, high: int, low: int = 0) -> Recipe:
    """int64 draws from low, ..., high - 1: class labels or indices."""
    return Recipe(lambda g: torch.randint(low, high, shape, generator=g), f"{_shape(shape)}, integers below {high}")


def indices(*items: Any) -> Recipe:
    """Exactly these int64 values."""
    return Recipe(lambda g: torch.tensor(list(items), dtype=torch.int64), f"the indices {list(items)}")


def probabilities(*shape: int, dim: int = -1) -> Recipe:
    """Positive values that sum to one along `dim`."""
    return Recipe(
        lambda g: (lambda e: e / e.sum(dim, keepdim=True))(
            torch.rand(shape, generator=g, dtype=torch.float64).clamp(1e-3).log().neg()
        ),
        f"{_shape(shape)}, probabilities",
    )


def log_probabilities(*shape: int, dim: int = 1) -> Recipe:
    """Logarithms of positive values that sum to one along `dim`."""
    p = probabilities(*shape, dim=dim)
    return Recipe(lambda g: p.draw(g).log(), f"{_shape(shape)}, log-probabilities")


def build(recipe: Any, gen: torch.Generator, dtype: torch.dtype, device: str, strided: bool) -> Any:
    """Draw every recipe in a nest of tuples, lists and dicts; anything else is handed on as it is."""
    if isinstance(recipe, Recipe):
        return recipe.make(gen, dtype, device, strided)
    if isinstance(recipe, (tuple, list)):
        return type(recipe)(build(r, gen, dtype, device, strided) for r in recipe)
    if isinstance(recipe, dict):
        return {k: build(r, gen, dtype, device, strided) for k, r in recipe.items()}
    return recipe


def describe(recipe: Any) -> str:
    """The inputs of a call in words."""
    if isinstance(recipe, Recipe):
        return recipe.text
    if isinstance(recipe, (tuple, list)):
        return " and ".join(describe(r) for r in recipe)
    return repr(recipe)
