"""Average pooling, the mean of each window that slides over the input, and power-average (LP) pooling.

A sum over a box is the sum over its rows' sums: one dimension after the other. Along a dimension, all windows are
summed at once, first elements, second elements, and so on; windows are never laid out.
"""

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from nnbook.nn.module import Module
from nnbook.nn.padding import pad
from nnbook.nn.pointwise import widen
from nnbook.nn.pooling import (
    Size,
    Sizes,
    along,
    check_sliding,
    count_windows,
    each,
    expand,
    kernel_and_stride,
    max_pool,
)

__all__ = ["AvgPool1d", "AvgPool2d", "AvgPool3d", "LPPool1d", "LPPool2d", "LPPool3d"]


class _WindowSum(torch.autograd.Function):
    """y_i = Σ_j x_(i · stride + j), along each of the last dimensions."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, kernel: Sizes, stride: Sizes) -> Tensor:
        ctx.options = tuple(x.shape), kernel, stride
        for dim in range(-len(kernel), 0):
            count = (x.size(dim) - kernel[dim]) // stride[dim] + 1
            # for all windows at once: their first elements, plus their second, ...
            y = _every(x, dim, 0, stride[dim], count).clone()
            for j in range(1, kernel[dim]):
                y += _every(x, dim, j, stride[dim], count)
            x = y
        return x

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Any:
        return _WindowSumBack.apply(grad, *ctx.options), None, None


class _WindowSumBack(torch.autograd.Function):
    """Gives each window's gradient to all that the window saw: `_WindowSum` transposed."""

    @staticmethod
    def forward(ctx: Any, grad: Tensor, shape: Sizes, kernel: Sizes, stride: Sizes) -> Tensor:
        ctx.options = kernel, stride
        for dim in range(-1, -1 - len(kernel), -1):
            count = grad.size(dim)
            dx = grad.new_zeros(*grad.shape[:dim], shape[dim], *grad.shape[grad.dim() + dim + 1 :])
            for j in range(kernel[dim]):
                _every(dx, dim, j, stride[dim], count).add_(grad)
            grad = dx
        return grad

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Any:
        return _WindowSum.apply(grad, *ctx.options), None, None, None


def _every(x: Tensor, dim: int, first: int, step: int, count: int) -> Tensor:
    """x[..., first], x[..., first + step], ... along dim, as a view."""
    taken: tuple[Any, ...] = (slice(first, first + (count - 1) * step + 1, step), *[slice(None)] * (-1 - dim))
    return x[(..., *taken)]


def _avg_pool(
    dims: int,
    input: Tensor,
    kernel_size: Size,
    stride: Size | None,
    padding: Size,
    ceil_mode: bool,
    with_pad: bool,
    divisor: int | None,
) -> Tensor:
    """y = Σ x / (number of elements) over each window; `divisor` stands for the number if given."""
    kernel, steps = kernel_and_stride(kernel_size, stride, dims)
    borders = expand(padding, dims, "padding")
    check_sliding(input, kernel, steps, borders, (1,) * dims, ceil_mode)
    if not (input.is_floating_point() or input.dtype is torch.int64):
        raise NotImplementedError(f"avg_pool{dims}d is not implemented for {input.dtype}")
    if divisor == 0:
        raise RuntimeError("divisor must be not zero")
    sides: list[int] = []
    number: int | Tensor = 1
    for dim in range(-1, -1 - dims, -1):
        n, k, s, p = input.size(dim), kernel[dim], steps[dim], borders[dim]
        count = count_windows(n, k, s, p, 1, ceil_mode)
        beyond = (count - 1) * s + k - p - n
        sides += [p, beyond]
        if beyond <= p and (with_pad or p == 0):
            number = number * k
        else:
            # A window counts what it sees of the input, and of its padding if asked to, but nothing beyond that.
            start = torch.arange(-p, count * s - p, s, device=input.device)
            end = (start + k).clamp(max=n + (p if with_pad else 0))
            number = number * along(end - (start if with_pad else start.clamp(min=0)), dim)
    x = widen(input)
    if any(side > 0 for side in sides):
        x = pad(x, sides)
    y = _WindowSum.apply(x, kernel, steps)
    number = number if divisor is None else divisor
    return (y / number).to(input.dtype) if y.is_floating_point() else torch.div(y, number, rounding_mode="trunc")


def avg_pool1d(
    input: Tensor,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Tensor:
    """The mean of each window. Like `torch.nn.functional.avg_pool1d`."""
    return _avg_pool(1, input, kernel_size, stride, padding, ceil_mode, count_include_pad, None)


def avg_pool2d(
    input: Tensor,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Tensor:
    """The mean of each window. Like `torch.nn.functional.avg_pool2d`."""
    return _avg_pool(2, input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)


def avg_pool3d(
    input: Tensor,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Tensor:
    """The mean of each window. Like `torch.nn.functional.avg_pool3d`."""
    return _avg_pool(3, input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)


class _AvgPool(Module):
    """What average poolings of all dimensions share."""

    _function: Callable[..., Any]

    def __init__(
        self,
        kernel_size: Size,
        stride: Size | None = None,
        padding: Size = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = stride if stride is not None else kernel_size
        self.padding, self.ceil_mode = padding, ceil_mode
        self.count_include_pad, self.divisor_override = count_include_pad, divisor_override

    def forward(self, input: Tensor) -> Tensor:
        options = self.kernel_size, self.stride, self.padding, self.ceil_mode, self.count_include_pad
        return type(self)._function(input, *options, self.divisor_override)

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class AvgPool1d(_AvgPool):
    """y[n, c, i] = 1/kernel_size Σ_k x[n, c, i·stride + k - padding]. Like `torch.nn.AvgPool1d`.

    input (N, C, L) or (C, L) -> (N, C, L') or (C, L'); everything else as in AvgPool2d, without divisor_override.
    Source: torch.nn.AvgPool1d.
    """

    def __init__(
        self,
        kernel_size: Size,
        stride: Size | None = None,
        padding: Size = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
    ) -> None:
        stride = stride if stride is not None else kernel_size
        super().__init__(each(kernel_size, 1), each(stride, 1), each(padding, 1), ceil_mode, count_include_pad)

    def forward(self, input: Tensor) -> Tensor:
        return avg_pool1d(input, self.kernel_size, self.stride, self.padding, self.ceil_mode, self.count_include_pad)


class AvgPool2d(_AvgPool):
    """y[n, c, i, j] = 1/(K·L) Σ_k Σ_l x[n, c, i·stride + k - padding, j·stride + l - padding].

    Like `torch.nn.AvgPool2d`. input (N, C, H, W) or (C, H, W) -> (N, C, H', W') or (C, H', W'), sizes as in MaxPool2d.
    The padding is 0 and at most half of the kernel; count_include_pad=False leaves it out of the count that the sum is
    divided by, and divisor_override replaces that count. Beyond the padding, where ceil_mode may reach, nothing counts.

    Source: torch.nn.AvgPool2d.
    """

    _function = staticmethod(avg_pool2d)


class AvgPool3d(_AvgPool):
    """The mean of each box. Like `torch.nn.AvgPool3d`.

    input (N, C, D, H, W) or (C, D, H, W) -> the same with D', H', W'; everything else as in AvgPool2d.
    Source: torch.nn.AvgPool3d.
    """

    _function = staticmethod(avg_pool3d)


# The power average ----------------------------------------------------------------------------------------------------


def _lp_pool(
    dims: int, input: Tensor, norm_type: float, kernel_size: Size, stride: Size | None, ceil_mode: bool
) -> Tensor:
    """y = (Σ x^p)^(1/p); with p = inf the largest, with -inf the smallest absolute value."""
    if norm_type in (math.inf, -math.inf):
        sign = 1 if norm_type > 0 else -1
        return sign * max_pool(dims, sign * input.abs(), kernel_size, stride, 0, 1, ceil_mode, False)
    # As in torch, the sum is the mean times the whole window's size, also where ceil_mode leaves only a part of it.
    total = _avg_pool(dims, input.pow(norm_type), kernel_size, stride, 0, ceil_mode, True, None)
    total = total * math.prod(expand(kernel_size, dims, "kernel_size"))
    # The root's slope at 0 is infinite; torch promises 0 there.
    nothing = total == 0
    root = total.masked_fill(nothing, 1).pow(1 / norm_type)
    return torch.where(nothing, total.detach().pow(1 / norm_type), root)


def lp_pool1d(
    input: Tensor, norm_type: float, kernel_size: Size, stride: Size | None = None, ceil_mode: bool = False
) -> Tensor:
    """(Σ x^p)^(1/p) over each window. Like `torch.nn.functional.lp_pool1d`."""
    return _lp_pool(1, input, norm_type, kernel_size, stride, ceil_mode)


def lp_pool2d(
    input: Tensor, norm_type: float, kernel_size: Size, stride: Size | None = None, ceil_mode: bool = False
) -> Tensor:
    """(Σ x^p)^(1/p) over each window. Like `torch.nn.functional.lp_pool2d`."""
    return _lp_pool(2, input, norm_type, kernel_size, stride, ceil_mode)


def lp_pool3d(
    input: Tensor, norm_type: float, kernel_size: Size, stride: Size | None = None, ceil_mode: bool = False
) -> Tensor:
    """(Σ x^p)^(1/p) over each window. Like `torch.nn.functional.lp_pool3d`."""
    return _lp_pool(3, input, norm_type, kernel_size, stride, ceil_mode)


class _LPPool(Module):
    """What power-average poolings of all dimensions share."""

    _function: Callable[..., Any]

    def __init__(
        self, norm_type: float, kernel_size: Size, stride: Size | None = None, ceil_mode: bool = False
    ) -> None:
        super().__init__()
        self.norm_type, self.kernel_size, self.stride, self.ceil_mode = norm_type, kernel_size, stride, ceil_mode

    def forward(self, input: Tensor) -> Tensor:
        return type(self)._function(input, float(self.norm_type), self.kernel_size, self.stride, self.ceil_mode)

    def extra_repr(self) -> str:
        return (
            f"norm_type={self.norm_type}, kernel_size={self.kernel_size}, stride={self.stride}, "
            f"ceil_mode={self.ceil_mode}"
        )


class LPPool1d(_LPPool):
    """y = (Σ x^p)^(1/p) over each window, p = norm_type: the sum at p = 1, the largest |x| at inf.

    Like `torch.nn.LPPool1d`. input (N, C, L) or (C, L) -> (N, C, L') or (C, L'). The powers keep their sign: an odd p
    and negative sums give NaN. Where the sum is 0, so is the gradient. Source: torch.nn.LPPool1d.
    """

    _function = staticmethod(lp_pool1d)


class LPPool2d(_LPPool):
    """y = (Σ x^p)^(1/p) over each window, p = norm_type. Like `torch.nn.LPPool2d`.

    input (N, C, H, W) or (C, H, W); everything else as in LPPool1d. Source: torch.nn.LPPool2d.
    """

    _function = staticmethod(lp_pool2d)


class LPPool3d(_LPPool):
    """y = (Σ x^p)^(1/p) over each window, p = norm_type. Like `torch.nn.LPPool3d`.

    input (N, C, D, H, W) or (C, D, H, W); everything else as in LPPool1d. Source: torch.nn.LPPool3d.
    """

    _function = staticmethod(lp_pool3d)
