"""Adaptive pooling: as many windows as asked for, which together cover the input; of each, the maximum or the mean.

Window i of m begins at floor(i · n / m) and ends before ceil((i + 1) · n / m). As n and m may have a common factor, the
pattern repeats: all of its repetitions are pooled at once, as views.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from nnbook.nn.module import Module
from nnbook.nn.pointwise import widen
from nnbook.nn.pooling import Finder, Sizes, along, max_over, with_indices

__all__ = [
    "AdaptiveAvgPool1d",
    "AdaptiveAvgPool2d",
    "AdaptiveAvgPool3d",
    "AdaptiveMaxPool1d",
    "AdaptiveMaxPool2d",
    "AdaptiveMaxPool3d",
]


def _cover(n: int, count: int) -> list[tuple[int, int]]:
    """(begin, end) of windows that cover n places, `count` of them: the first ones, as the pattern repeats."""
    # window i covers floor(i · n / count), ..., ceil((i + 1) · n / count) - 1
    return [(i * n // count, -(-(i + 1) * n // count)) for i in range(count // math.gcd(n, count))]


def _cut(x: Tensor, dim: int, count: int) -> list[Tensor]:
    """x at each window of the cover, in all repetitions of the pattern: views (..., repetitions, elements, ...)."""
    repetitions = math.gcd(x.size(dim), count)
    x = x.unflatten(dim, (repetitions, x.size(dim) // repetitions))
    return [x.narrow(dim, begin, end - begin) for begin, end in _cover(x.size(dim), count // repetitions)]


def _joined(parts: list[Tensor], dim: int) -> Tensor:
    """A number for each of `_cut`'s windows, (..., repetitions, ...) each, in their order: (..., count, ...)."""
    return torch.stack(parts, dim).flatten(dim - 1, dim)


# The maximum ----------------------------------------------------------------------------------------------------------


def _adaptive(size: Sizes) -> Finder:
    """As many windows as asked for, which together cover the input."""

    def find(x: Tensor, dim: int) -> tuple[Tensor, Tensor]:
        n, count = x.size(dim), size[dim]
        period = n // math.gcd(n, count)
        start = along(torch.arange(0, n, period, device=x.device), dim)
        values, places = [], []
        for part, (begin, _) in zip(_cut(x, dim, count), _cover(n, count), strict=True):
            y, j = part.max(dim)
            values.append(y)
            places.append(j.add_(start + begin))
        return _joined(values, dim), _joined(places, dim)

    return find


def _adaptive_max_pool(dims: int, input: Tensor, output_size: Any, return_indices: bool) -> Any:
    """y = max of x over each of the windows that cover the input."""
    size = _adaptive_size(input, output_size, dims)
    _check_adaptive(input, size, range(1, input.dim()))
    if 0 in size:
        y = input.new_zeros(*input.shape[:-dims], *size)
        found = y, y.long()
    elif size == (1,) * dims:
        # One window over everything is one long row: a single pass.
        y, index = max_over(input.flatten(-dims), 1, _adaptive((1,)))
        found = y.unflatten(-1, size), index.unflatten(-1, size)
    else:
        found = max_over(input, dims, _adaptive(size))
    return found if return_indices else found[0]


def adaptive_max_pool1d(input: Tensor, output_size: Any, return_indices: bool = False) -> Any:
    """The largest value in each of `output_size` windows. Like `torch.nn.functional.adaptive_max_pool1d`."""
    return _adaptive_max_pool(1, input, output_size, return_indices)


def adaptive_max_pool2d(input: Tensor, output_size: Any, return_indices: bool = False) -> Any:
    """The largest value in each of `output_size` windows. Like `torch.nn.functional.adaptive_max_pool2d`."""
    return _adaptive_max_pool(2, input, output_size, return_indices)


def adaptive_max_pool3d(input: Tensor, output_size: Any, return_indices: bool = False) -> Any:
    """The largest value in each of `output_size` windows. Like `torch.nn.functional.adaptive_max_pool3d`."""
    return _adaptive_max_pool(3, input, output_size, return_indices)


adaptive_max_pool1d_with_indices = with_indices(adaptive_max_pool1d)
adaptive_max_pool2d_with_indices = with_indices(adaptive_max_pool2d)
adaptive_max_pool3d_with_indices = with_indices(adaptive_max_pool3d)


class _AdaptiveMaxPool(Module):
    _function: Callable[..., Any]

    def __init__(self, output_size: Any, return_indices: bool = False) -> None:
        super().__init__()
        self.output_size, self.return_indices = output_size, return_indices

    def forward(self, input: Tensor) -> Any:
        return type(self)._function(input, self.output_size, self.return_indices)

    def extra_repr(self) -> str:
        return f"output_size={self.output_size}"


class AdaptiveMaxPool1d(_AdaptiveMaxPool):
    """The largest of x[floor(i·L/L')], ..., x[ceil((i+1)·L/L') - 1] for i below L'. Like `torch.nn.AdaptiveMaxPool1d`.

    input (N, C, L) or (C, L) -> (N, C, L') or (C, L') with L' = output_size; with return_indices the pair of values and
    places. Source: torch.nn.AdaptiveMaxPool1d.
    """

    _function = staticmethod(adaptive_max_pool1d)


class AdaptiveMaxPool2d(_AdaptiveMaxPool):
    """The largest values of windows that cover the image. Like `torch.nn.AdaptiveMaxPool2d`.

    input (N, C, H, W) or (C, H, W) -> (N, C, H', W') or (C, H', W') with (H', W') = output_size, a number for both or
    one each; None keeps a size. Windows as in AdaptiveMaxPool1d. Source: torch.nn.AdaptiveMaxPool2d.
    """

    _function = staticmethod(adaptive_max_pool2d)


class AdaptiveMaxPool3d(_AdaptiveMaxPool):
    """The largest values of boxes that cover the volume. Like `torch.nn.AdaptiveMaxPool3d`.

    input (N, C, D, H, W) or (C, D, H, W); everything else as in AdaptiveMaxPool2d. Source: torch.nn.AdaptiveMaxPool3d.
    """

    _function = staticmethod(adaptive_max_pool3d)


# The mean -------------------------------------------------------------------------------------------------------------


class _CoverSum(torch.autograd.Function):
    """y = Σ x over each of the windows that cover the last dimensions."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, size: Sizes) -> Tensor:
        ctx.shape, ctx.size = tuple(x.shape), size
        for dim in range(-len(size), 0):
            x = _joined([part.sum(dim) for part in _cut(x, dim, size[dim])], dim)
        return x

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Any:
        return _CoverSumBack.apply(grad, ctx.shape, ctx.size), None


class _CoverSumBack(torch.autograd.Function):
    """Gives each window's gradient to all that the window saw: `_CoverSum` transposed."""

    @staticmethod
    def forward(ctx: Any, grad: Tensor, shape: Sizes, size: Sizes) -> Tensor:
        ctx.size = size
        for dim in range(-1, -1 - len(size), -1):
            dx = grad.new_zeros(*grad.shape[:dim], shape[dim], *grad.shape[grad.dim() + dim + 1 :])
            parts = _cut(dx, dim, size[dim])
            dy = grad.unflatten(dim, (-1, len(parts))).unbind(dim)
            for part, d in zip(parts, dy, strict=True):
                part.add_(d.unsqueeze(dim))
            grad = dx
        return grad

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Any:
        return _CoverSum.apply(grad, ctx.size), None, None


def _adaptive_avg_pool(dims: int, input: Tensor, output_size: Any) -> Tensor:
    """y = Σ x / (number of elements) over each of the windows that cover the input."""
    size = _adaptive_size(input, output_size, dims)
    _check_adaptive(input, size, range(1 if dims == 3 else input.dim() - dims, input.dim()))
    if 0 in size:
        return input.new_zeros(*input.shape[:-dims], *size)
    if size == (1,) * dims:
        # One window over everything needs no cover.
        return widen(input).mean([*range(-dims, 0)], keepdim=True).to(input.dtype)
    y = _CoverSum.apply(widen(input), size)
    for dim in range(-dims, 0):
        n, count = input.size(dim), size[dim]
        lengths = [end - begin for begin, end in _cover(n, count)] * math.gcd(n, count)
        y = y / (along(torch.tensor(lengths, device=y.device), dim) if len({*lengths}) > 1 else lengths[0])
    return y.to(input.dtype)


def adaptive_avg_pool1d(input: Tensor, output_size: Any) -> Tensor:
    """The mean of each of `output_size` windows. Like `torch.nn.functional.adaptive_avg_pool1d`."""
    return _adaptive_avg_pool(1, input, output_size)


def adaptive_avg_pool2d(input: Tensor, output_size: Any) -> Tensor:
    """The mean of each of `output_size` windows. Like `torch.nn.functional.adaptive_avg_pool2d`."""
    return _adaptive_avg_pool(2, input, output_size)


def adaptive_avg_pool3d(input: Tensor, output_size: Any) -> Tensor:
    """The mean of each of `output_size` windows. Like `torch.nn.functional.adaptive_avg_pool3d`."""
    return _adaptive_avg_pool(3, input, output_size)


class _AdaptiveAvgPool(Module):
    _function: Callable[..., Any]

    def __init__(self, output_size: Any) -> None:
        super().__init__()
        self.output_size = output_size

    def forward(self, input: Tensor) -> Tensor:
        return type(self)._function(input, self.output_size)

    def extra_repr(self) -> str:
        return f"output_size={self.output_size}"


class AdaptiveAvgPool1d(_AdaptiveAvgPool):
    """The mean of x[floor(i·L/L')], ..., x[ceil((i+1)·L/L') - 1] for i below L'. Like `torch.nn.AdaptiveAvgPool1d`.

    input (N, C, L) or (C, L) -> (N, C, L') or (C, L') with L' = output_size. Source: torch.nn.AdaptiveAvgPool1d.
    """

    _function = staticmethod(adaptive_avg_pool1d)


class AdaptiveAvgPool2d(_AdaptiveAvgPool):
    """The means of windows that cover the image: one, of all of it, for size 1. Like `torch.nn.AdaptiveAvgPool2d`.

    input (N, C, H, W) or (C, H, W) -> (N, C, H', W') or (C, H', W') with (H', W') = output_size, a number for both or
    one each; None keeps a size. Windows as in AdaptiveAvgPool1d. Source: torch.nn.AdaptiveAvgPool2d.
    """

    _function = staticmethod(adaptive_avg_pool2d)


class AdaptiveAvgPool3d(_AdaptiveAvgPool):
    """The means of boxes that cover the volume. Like `torch.nn.AdaptiveAvgPool3d`.

    input (N, C, D, H, W) or (C, D, H, W); everything else as in AdaptiveAvgPool2d. Source: torch.nn.AdaptiveAvgPool3d.
    """

    _function = staticmethod(adaptive_avg_pool3d)


# Checks ---------------------------------------------------------------------------------------------------------------


def _adaptive_size(input: Tensor, output_size: Any, dims: int) -> Sizes:
    if not isinstance(input, Tensor):
        raise TypeError(f"argument 'input' must be Tensor, not {type(input).__name__}")
    if isinstance(output_size, int):
        return (output_size,) * dims
    if not isinstance(output_size, Sequence) or (dims == 1 and None in output_size):
        raise TypeError(f"output_size must be int or a sequence of ints, but got {output_size}")
    if dims > 1 and input.dim() <= len(output_size):
        raise ValueError(f"Input dimension should be at least {len(output_size) + 1}")
    if len(output_size) != dims:
        raise RuntimeError(f"output_size must be {dims} numbers, but got {output_size}")
    # None keeps a size as it is.
    return tuple(n if size is None else size for size, n in zip(output_size, input.shape[-dims:], strict=True))


def _check_adaptive(input: Tensor, size: Sizes, filled: range) -> None:
    dims = len(size)
    if input.dim() not in (dims + 1, dims + 2):
        raise RuntimeError(f"Expected {dims + 1}D or {dims + 2}D tensor, but got {[*input.shape]}")
    if min(size) < 0:
        raise RuntimeError(f"output_size must not be negative, but got {size}")
    if any(input.size(i) == 0 for i in filled):
        raise RuntimeError(f"Expected input to have non-zero size for non-batch dimensions, got {[*input.shape]}")
    if not input.is_floating_point():
        raise NotImplementedError(f"adaptive pooling is not implemented for {input.dtype}")
