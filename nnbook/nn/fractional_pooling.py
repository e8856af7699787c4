"""Fractional max pooling: windows at random distances, so that the new size need not divide the old one."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import torch
from torch import Tensor

from nnbook.nn.module import Module
from nnbook.nn.pooling import Finder, Size, Sizes, along, check_filled, each, expand, largest_of, max_over, with_indices

__all__ = ["FractionalMaxPool2d", "FractionalMaxPool3d"]


def _fractional(kernel: Sizes, size: Sizes, samples: Tensor) -> Finder:
    """Windows at distances of two neighbouring whole numbers, mixed at random by samples (N, C, dims) in [0, 1)."""

    def find(x: Tensor, dim: int) -> tuple[Tensor, Tensor]:
        n, k, count, dims = x.size(dim), kernel[dim], size[dim], len(size)
        # torch's order of the draws: the last dimension's is the first of two, but the last of three
        u = samples[..., -1 - dim if dims == 2 else dim].unsqueeze(-1)
        # start_i = floor((i + u) · α) - floor(u · α) with α = (n - k) / (count - 1); the last window ends the input
        alpha = (n - k) / max(count - 1, 1)
        i = torch.arange(count, device=x.device)
        start = ((i.to(u.dtype) + u) * alpha).long() - (u * alpha).long()
        start = torch.where(i == count - 1, n - k, start)  # (N, C, count)
        start = along(start, dim, dims)
        shape = (*x.shape[:dim], count, *x.shape[x.dim() + dim + 1 :])
        parts = (x.gather(dim, (start + j).expand(shape)) for j in range(k))
        y, j = largest_of(parts) if k <= 4 else torch.stack([*parts]).max(0)
        return y, j.add_(start)

    return find


def _fractional_max_pool(
    dims: int,
    input: Tensor,
    kernel_size: Size,
    output_size: Size | None,
    output_ratio: float | Sequence[float] | None,
    return_indices: bool,
    samples: Tensor | None,
) -> Any:
    """y = max of x over each of the windows, whose places the samples decide."""
    if output_size is None:
        if output_ratio is None:
            raise ValueError(f"fractional_max_pool{dims}d needs an output_size or an output_ratio")
        ratio = tuple(output_ratio) if isinstance(output_ratio, Iterable) else (output_ratio,) * dims
        if len(ratio) != dims:
            raise ValueError(f"output_ratio must be a number or {dims} of them, but got {output_ratio}")
        output_size = [int(n * r) for n, r in zip(input.shape[-dims:], ratio, strict=True)]
    kernel, size = expand(kernel_size, dims, "kernel_size"), expand(output_size, dims, "output_size")
    if samples is None:
        batch = 1 if input.dim() == dims + 1 else input.size(0)
        samples = torch.rand(batch, input.size(-dims - 1), dims, dtype=input.dtype, device=input.device)
    _check_fractional(input, kernel, size, samples)
    if input.dim() == dims + 1:
        y, index = max_over(input.unsqueeze(0), dims, _fractional(kernel, size, samples[:1]))
        y, index = y.squeeze(0), index.squeeze(0)
    else:
        y, index = max_over(input, dims, _fractional(kernel, size, samples[: input.size(0)]))
    return (y, index) if return_indices else y


def fractional_max_pool2d(
    input: Tensor,
    kernel_size: Size,
    output_size: Size | None = None,
    output_ratio: float | Sequence[float] | None = None,
    return_indices: bool = False,
    _random_samples: Tensor | None = None,
) -> Any:
    """The largest value in windows at random distances. Like `torch.nn.functional.fractional_max_pool2d`."""
    return _fractional_max_pool(2, input, kernel_size, output_size, output_ratio, return_indices, _random_samples)


def fractional_max_pool3d(
    input: Tensor,
    kernel_size: Size,
    output_size: Size | None = None,
    output_ratio: float | Sequence[float] | None = None,
    return_indices: bool = False,
    _random_samples: Tensor | None = None,
) -> Any:
    """The largest value in windows at random distances. Like `torch.nn.functional.fractional_max_pool3d`."""
    return _fractional_max_pool(3, input, kernel_size, output_size, output_ratio, return_indices, _random_samples)


fractional_max_pool2d_with_indices = with_indices(fractional_max_pool2d)
fractional_max_pool3d_with_indices = with_indices(fractional_max_pool3d)


class _FractionalMaxPool(Module):
    """What fractional max poolings share."""

    _function: Callable[..., Any]
    _dims: int
    _random_samples: Tensor | None

    def __init__(
        self,
        kernel_size: Size,
        output_size: Size | None = None,
        output_ratio: float | Sequence[float] | None = None,
        return_indices: bool = False,
        _random_samples: Tensor | None = None,
    ) -> None:
        super().__init__()
        self.kernel_size, self.return_indices = each(kernel_size, self._dims), return_indices
        self.register_buffer("_random_samples", _random_samples)
        self.output_size = None if output_size is None else each(output_size, self._dims)
        self.output_ratio = None if output_ratio is None else each(output_ratio, self._dims)
        if min(self.kernel_size) <= 0:
            raise ValueError(f"kernel_size must be greater than zero, but got {kernel_size}")
        if (output_size is None) == (output_ratio is None):
            raise ValueError(f"{type(self).__name__} needs either an output_size or an output_ratio")
        if self.output_ratio is not None and not all(0 < ratio < 1 for ratio in self.output_ratio):
            raise ValueError(f"output_ratio must be between 0 and 1 (got {output_ratio})")

    def forward(self, input: Tensor) -> Any:
        options = self.kernel_size, self.output_size, self.output_ratio, self.return_indices, self._random_samples
        return type(self)._function(input, *options)


class FractionalMaxPool2d(_FractionalMaxPool):
    """The largest values of windows whose distances are drawn at random, so that sizes need not divide each other.

    Like `torch.nn.FractionalMaxPool2d`. input (N, C, H, W) or (C, H, W) -> (N, C, H', W') or (C, H', W'), where
    (H', W') is output_size or floor(output_ratio · (H, W)). For each channel of each image one number u in [0, 1) per
    dimension is drawn (or taken from _random_samples (N, C, 2)); with α = (H - kernel_size) / (H' - 1), window i begins
    at floor((i + u)·α) - floor(u·α), and the last one ends the image.

    Source: torch.nn.FractionalMaxPool2d; Graham, arXiv 1412.6071.
    """

    _function, _dims = staticmethod(fractional_max_pool2d), 2


class FractionalMaxPool3d(_FractionalMaxPool):
    """The largest values of boxes whose distances are drawn at random. Like `torch.nn.FractionalMaxPool3d`.

    input (N, C, D, H, W) or (C, D, H, W); everything else as in FractionalMaxPool2d, with _random_samples (N, C, 3).
    Source: torch.nn.FractionalMaxPool3d; Graham, arXiv 1412.6071.
    """

    _function, _dims = staticmethod(fractional_max_pool3d), 3


def _check_fractional(input: Tensor, kernel: Sizes, size: Sizes, samples: Tensor) -> None:
    dims = len(kernel)
    check_filled(input, dims)
    for n, k, count in zip(input.shape[-dims:], kernel, size, strict=True):
        # torch leaves one place more in volumes than in images
        if k < 1 or count < 1 or count + k - 1 > n - (dims == 3):
            raise RuntimeError(f"{count} windows of {k} do not fit an input of size {n}")
    if samples.dtype != input.dtype:
        raise RuntimeError("Expect _random_samples to have the same dtype as input")
    batch = 1 if input.dim() == dims + 1 else input.size(0)
    expected = (batch, input.size(-dims - 1), dims)
    if samples.dim() != 3 or samples.size(0) < batch or samples.shape[1:] != expected[1:]:
        raise RuntimeError(f"Expect _random_samples of shape {expected}, got {tuple(samples.shape)}")
