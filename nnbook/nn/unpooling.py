"""Unpooling: puts the values that max pooling kept back to where they were, among zeros."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from nnbook.nn.module import Module
from nnbook.nn.pooling import Size, Sizes, check_filled, each, expand, kernel_and_stride

__all__ = ["MaxUnpool1d", "MaxUnpool2d", "MaxUnpool3d"]


def _max_unpool(
    dims: int,
    input: Tensor,
    indices: Tensor,
    kernel_size: Size,
    stride: Size | None,
    padding: Size,
    output_size: Sequence[int] | None,
) -> Tensor:
    """y[indices] = x, 0 elsewhere: puts each maximum back to its place."""
    kernel, steps = kernel_and_stride(kernel_size, stride, dims)
    borders = expand(padding, dims, "padding")
    size = [(n - 1) * s + k - 2 * p for n, k, s, p in zip(input.shape[-dims:], kernel, steps, borders, strict=False)]
    size = _unpooled_size(size, steps, output_size)
    _check_unpool(dims, input, indices)
    y = input.new_zeros(*input.shape[:-dims], math.prod(size))
    y.scatter_(-1, indices.flatten(-dims), input.flatten(-dims))
    return y.view(*input.shape[:-dims], *size)


def max_unpool1d(
    input: Tensor,
    indices: Tensor,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    output_size: Sequence[int] | None = None,
) -> Tensor:
    """Puts what `max_pool1d` kept back to its places. Like `torch.nn.functional.max_unpool1d`."""
    return _max_unpool(1, input, indices, kernel_size, stride, padding, output_size)


def max_unpool2d(
    input: Tensor,
    indices: Tensor,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    output_size: Sequence[int] | None = None,
) -> Tensor:
    """Puts what `max_pool2d` kept back to its places. Like `torch.nn.functional.max_unpool2d`."""
    return _max_unpool(2, input, indices, kernel_size, stride, padding, output_size)


def max_unpool3d(
    input: Tensor,
    indices: Tensor,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    output_size: Sequence[int] | None = None,
) -> Tensor:
    """Puts what `max_pool3d` kept back to its places. Like `torch.nn.functional.max_unpool3d`."""
    return _max_unpool(3, input, indices, kernel_size, stride, padding, output_size)


class _MaxUnpool(Module):
    """What all unpoolings share."""

    _function: Callable[..., Any]
    _dims: int

    def __init__(self, kernel_size: Size, stride: Size | None = None, padding: Size = 0) -> None:
        super().__init__()
        self.kernel_size = each(kernel_size, self._dims)
        self.stride = each(stride if stride is not None else kernel_size, self._dims)
        self.padding = each(padding, self._dims)

    def forward(self, input: Tensor, indices: Tensor, output_size: Sequence[int] | None = None) -> Tensor:
        return type(self)._function(input, indices, self.kernel_size, self.stride, self.padding, output_size)

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class MaxUnpool1d(_MaxUnpool):
    """Puts the maxima of MaxPool1d back to their places, among zeros. Like `torch.nn.MaxUnpool1d`.

    input and indices (N, C, L) or (C, L) -> the same with L' = (L - 1)·stride - 2·padding + kernel_size, or with the
    output_size of the call: several lengths are pooled to the same L. Source: torch.nn.MaxUnpool1d.
    """

    _function, _dims = staticmethod(max_unpool1d), 1


class MaxUnpool2d(_MaxUnpool):
    """Puts the maxima of MaxPool2d back to their places, among zeros. Like `torch.nn.MaxUnpool2d`.

    input and indices (N, C, H, W) or (C, H, W); everything else as in MaxUnpool1d. Source: torch.nn.MaxUnpool2d.
    """

    _function, _dims = staticmethod(max_unpool2d), 2


class MaxUnpool3d(_MaxUnpool):
    """Puts the maxima of MaxPool3d back to their places, among zeros. Like `torch.nn.MaxUnpool3d`.

    input and indices (N, C, D, H, W) or (C, D, H, W); everything else as in MaxUnpool1d. Source: torch.nn.MaxUnpool3d.
    """

    _function, _dims = staticmethod(max_unpool3d), 3


def _unpooled_size(usual: list[int], stride: Sizes, asked: Sequence[int] | None) -> list[int]:
    size = usual
    if asked is not None:
        if len(asked) not in (len(stride), len(stride) + 2):
            raise ValueError(f"output_size must have {len(stride)} or {len(stride) + 2} elements, but got {asked}")
        size = [*asked[-len(stride) :]]
        # Several sizes become the usual one by pooling; others do not.
        if any(abs(a - u) >= s for a, u, s in zip(size, usual, stride, strict=True)):
            raise ValueError(f"output_size {size} must be within less than {stride} of {usual}")
    if any(n < 0 for n in size):
        raise ValueError(f"output_size must not be negative, but got {size}")
    return size


def _check_unpool(dims: int, input: Tensor, indices: Tensor) -> None:
    if indices.dtype != torch.int64:
        raise RuntimeError(f"elements in indices should be type int64 but got: {indices.dtype}")
    check_filled(input, dims)
    if indices.shape != input.shape:
        raise RuntimeError(f"indices must have the shape of the input {[*input.shape]}, but have {[*indices.shape]}")
    if not input.is_floating_point():
        raise NotImplementedError(f"max_unpool{dims}d is not implemented for {input.dtype}")
