"""Max pooling: a window slides over the input, and the largest value of each place stays.

All poolings, those of the other files too, work for any number of spatial dimensions, one after the other: the maximum
over a rectangle is the maximum over its rows' maxima, and so is a sum. A maximum is found as a place, without recording
gradients; it is then read from the input at that place, and autograd brings the gradient back to there.
"""

import inspect
import math
from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from typing import Any

import torch
from torch import Tensor

from nnbook.nn.module import Module
from nnbook.nn.padding import pad
from nnbook.nn.pointwise import holds

__all__ = ["MaxPool1d", "MaxPool2d", "MaxPool3d"]

Size = int | Sequence[int]
Sizes = tuple[int, ...]
# (values, dim) -> the largest value in each window along dim, and its place along dim
Finder = Callable[[Tensor, int], tuple[Tensor, Tensor]]


def max_over(input: Tensor, dims: int, find: Finder) -> tuple[Tensor, Tensor]:
    """y = max of x over each window, and where it stands: its number in the flattened last `dims` dimensions."""
    x, index = input.detach(), None
    for dim in range(-1, -1 - dims, -1):
        # The first of several equal ones wins: in its row here, and among the rows with the next dimension.
        x, place = find(x, dim)
        if index is None:
            index = place
        else:
            # number = place · (elements in one step along dim) + number within that step
            index = index.gather(dim, place).add_(place, alpha=math.prod(input.shape[dim + 1 :]))
    assert index is not None
    return input.flatten(-dims).gather(-1, index.flatten(-dims)).view_as(index), index


def largest(windows: Tensor, dim: int) -> tuple[Tensor, Tensor]:
    """The largest value along dim and its first place, in which NaN counts as the largest: `windows.max(dim)`."""
    # On a CPU that runs a loop of its own for each result, which takes longer than to compare a few values.
    few = windows.device.type == "cpu" and windows.size(dim) <= 4
    return largest_of(windows.unbind(dim)) if few else windows.max(dim)


def largest_of(parts: Iterable[Tensor]) -> tuple[Tensor, Tensor]:
    """The largest value of a few tensors at each place, and which of them has it: compared one after the other."""
    numbered = enumerate(part.contiguous() for part in parts)
    _, y = next(numbered)
    place = torch.zeros_like(y)
    for j, x in numbered:
        # 1 where x is larger than y or the first NaN: y = y, and not x <= y
        torch.maximum(place, holds(torch.eq, y, y).sub_(holds(torch.le, x, y)).mul_(j), out=place)
        y = torch.maximum(y, x)
    return y, place.long()


def _sliding(kernel: Sizes, stride: Sizes, padding: Sizes, dilation: Sizes, ceil_mode: bool) -> Finder:
    """Windows at equal distances; outside of the input they see -inf."""

    def find(x: Tensor, dim: int) -> tuple[Tensor, Tensor]:
        n, k, s, p, d = x.size(dim), kernel[dim], stride[dim], padding[dim], dilation[dim]
        count, span = count_windows(n, k, s, p, d, ceil_mode), d * (k - 1) + 1
        beyond = (count - 1) * s + span - p - n
        if p > 0 or beyond > 0:
            lowest: float = -math.inf if x.is_floating_point() else torch.iinfo(x.dtype).min
            x = pad(x, [*[0, 0] * (-1 - dim), p, beyond], value=lowest)
        # Stretches as long as the spread-out window, of which every d-th value counts: a view, no copy.
        y, j = largest(x.unfold(dim, span, s)[..., ::d], -1)
        # place = i · stride - padding + j · dilation
        start = along(torch.arange(-p, count * s - p, s, device=x.device), dim)
        place = (j if d == 1 else j.mul_(d)).add_(start)
        if p > 0:
            # Where the input itself is -inf, the padding came first; the first place inside is meant.
            place.clamp_(min=torch.where(start < 0, start % d, start))
        return y, place

    return find


def max_pool(
    dims: int,
    input: Tensor,
    kernel_size: Size,
    stride: Size | None,
    padding: Size,
    dilation: Size,
    ceil_mode: bool,
    return_indices: bool,
) -> Any:
    """`max_pool1d`, `max_pool2d` and `max_pool3d`."""
    kernel, steps = kernel_and_stride(kernel_size, stride, dims)
    borders, spread = expand(padding, dims, "padding"), expand(dilation, dims, "dilation")
    check_sliding(input, kernel, steps, borders, spread, ceil_mode)
    if input.dtype is torch.bool or input.is_complex():
        raise NotImplementedError(f"max pooling is not implemented for {input.dtype}")
    found = max_over(input, dims, _sliding(kernel, steps, borders, spread, ceil_mode))
    return found if return_indices else found[0]


def max_pool1d(
    input: Tensor,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    dilation: Size = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """The largest value in each window. Like `torch.nn.functional.max_pool1d`.

    input (N, C, L) or (C, L) -> the same with L'; with return_indices the pair (values, places).
    """
    return max_pool(1, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


def max_pool2d(
    input: Tensor,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    dilation: Size = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """The largest value in each window. Like `torch.nn.functional.max_pool2d`.

    input (N, C, H, W) or (C, H, W) -> the same with H', W'; with return_indices the pair (values, places).
    """
    return max_pool(2, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


def max_pool3d(
    input: Tensor,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    dilation: Size = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """The largest value in each window. Like `torch.nn.functional.max_pool3d`.

    input (N, C, D, H, W) or (C, D, H, W) -> the same with D', H', W'; with return_indices the pair (values, places).
    """
    return max_pool(3, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


def with_indices(function: Callable[..., Any]) -> Callable[..., tuple[Tensor, Tensor]]:
    """The function, but with its pair of values and places as the result, whatever return_indices says."""
    signature = inspect.signature(function)

    @wraps(function)
    def pair(*args: Any, **kwargs: Any) -> Any:
        given = signature.bind(*args, **kwargs)
        given.arguments["return_indices"] = True
        return function(*given.args, **given.kwargs)

    pair.__name__ = pair.__qualname__ = f"{function.__name__}_with_indices"
    pair.__doc__ = f"The pair of `{function.__name__}`, whatever return_indices says."
    return pair


max_pool1d_with_indices = with_indices(max_pool1d)
max_pool2d_with_indices = with_indices(max_pool2d)
max_pool3d_with_indices = with_indices(max_pool3d)


class _MaxPool(Module):
    """What max poolings of all dimensions share."""

    _function: Callable[..., Any]

    def __init__(
        self,
        kernel_size: Size,
        stride: Size | None = None,
        padding: Size = 0,
        dilation: Size = 1,
        return_indices: bool = False,
        ceil_mode: bool = False,
    ) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = stride if stride is not None else kernel_size
        self.padding, self.dilation = padding, dilation
        self.return_indices, self.ceil_mode = return_indices, ceil_mode

    def forward(self, input: Tensor) -> Any:
        options = self.kernel_size, self.stride, self.padding, self.dilation, self.ceil_mode, self.return_indices
        return type(self)._function(input, *options)

    def extra_repr(self) -> str:
        return (
            f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}, "
            f"dilation={self.dilation}, ceil_mode={self.ceil_mode}"
        )


class MaxPool1d(_MaxPool):
    """y[n, c, i] = max_k x[n, c, i·stride + k·dilation - padding]. Like `torch.nn.MaxPool1d`.

    input (N, C, L) or (C, L) -> (N, C, L') or (C, L'); everything else as in MaxPool2d. Source: torch.nn.MaxPool1d.
    """

    _function = staticmethod(max_pool1d)


class MaxPool2d(_MaxPool):
    """y[n, c, i, j] = max_k max_l x[n, c, i·stride + k·dilation - padding, j·stride + l·dilation - padding].

    Like `torch.nn.MaxPool2d`. input (N, C, H, W) or (C, H, W) -> (N, C, H', W') or (C, H', W'), where
    H' = floor((H + 2·padding - dilation·(kernel_size - 1) - 1) / stride) + 1. With ceil_mode the ceiling is taken, but
    no window begins in the padding at the end. The padding is -inf and at most half of the kernel. stride is
    kernel_size unless given. With return_indices the result is a pair, values and their places i·W + j in the input,
    for MaxUnpool2d. Of equal values the first in the window is taken, and gets the gradient; NaN counts as the largest
    (of several in one window torch names the last, this the first).

    Source: torch.nn.MaxPool2d.
    """

    _function = staticmethod(max_pool2d)


class MaxPool3d(_MaxPool):
    """The largest value in each box. Like `torch.nn.MaxPool3d`.

    input (N, C, D, H, W) or (C, D, H, W) -> the same with D', H', W'; everything else as in MaxPool2d.
    Source: torch.nn.MaxPool3d.
    """

    _function = staticmethod(max_pool3d)


# What other poolings use as well --------------------------------------------------------------------------------------


def along(row: Tensor, dim: int, dims: int = 1) -> Tensor:
    """row (*, L) -> (*, 1, ..., L, ..., 1), with L at dimension `dim` of the last `dims`."""
    return row.view(*row.shape[:-1], *[1] * (dims + dim), row.size(-1), *[1] * (-1 - dim))


def count_windows(n: int, kernel: int, stride: int, padding: int, dilation: int, ceil_mode: bool) -> int:
    """How many windows there are along a dimension of n."""
    room = n + 2 * padding - dilation * (kernel - 1) - 1
    count = (room + (stride - 1 if ceil_mode else 0)) // stride + 1
    # No window may begin in the padding at the end.
    return count - 1 if ceil_mode and (count - 1) * stride >= n + padding else count


def expand(value: Size, dims: int, name: str) -> Sizes:
    """One number for each dimension, from one for all or one each."""
    values = tuple(value) if isinstance(value, Sequence) else (value,)
    if not all(hasattr(v, "__index__") and not isinstance(v, bool) for v in values):
        raise TypeError(f"{name} must be int or a sequence of ints, but got {value}")
    if len(values) not in (1, dims):
        raise RuntimeError(f"{name} must be a single int or {dims} of them, but got {value}")
    return values if len(values) == dims else values * dims


def kernel_and_stride(kernel_size: Size, stride: Size | None, dims: int) -> tuple[Sizes, Sizes]:
    kernel = expand(kernel_size, dims, "kernel_size")
    return kernel, kernel if stride is None or stride in ((), []) else expand(stride, dims, "stride")


def each(value: Any, dims: int) -> Any:
    """Like `expand`, but unchecked: constructors keep what they are given until the first call."""
    return tuple(value) if isinstance(value, Iterable) else (value,) * dims


def check_sliding(
    input: Tensor, kernel: Sizes, stride: Sizes, padding: Sizes, dilation: Sizes, ceil_mode: bool
) -> None:
    dims = len(kernel)
    if not isinstance(input, Tensor):
        raise TypeError(f"argument 'input' must be Tensor, not {type(input).__name__}")
    if not isinstance(ceil_mode, bool):
        raise TypeError(f"argument 'ceil_mode' must be bool, not {type(ceil_mode).__name__}")
    check_filled(input, dims)
    for name, least, values in (("kernel_size", 1, kernel), ("stride", 1, stride), ("dilation", 1, dilation)):
        if min(values) < least:
            raise RuntimeError(f"{name} must be greater than zero, but got {values}")
    if any(not 0 <= 2 * p <= k for p, k in zip(padding, kernel, strict=True)):
        raise RuntimeError(f"padding must be from 0 to half of the kernel size {kernel}, but got {padding}")
    options = zip(input.shape[-dims:], kernel, stride, padding, dilation, strict=True)
    if any(count_windows(*numbers, ceil_mode) < 1 for numbers in options):
        raise RuntimeError(f"an input of size {[*input.shape]} is too small for windows of {kernel}")


def check_filled(input: Tensor, dims: int) -> None:
    # An empty batch is welcome; nothing else may be empty.
    if input.dim() not in (dims + 1, dims + 2) or 0 in input.shape[-dims - 1 :]:
        raise RuntimeError(f"Expected {dims + 1}D or {dims + 2}D input with optional empty batch, got {[*input.shape]}")
