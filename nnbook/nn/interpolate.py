"""Resizing images, signals and volumes: interpolate and its older spellings.

Along each axis, every output pixel is a weighted sum of a few input pixels: its taps. A mode is a choice of taps, and
the axes are resized one after the other.
"""

import math
import warnings
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from nnbook.nn.adaptive_pooling import adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d
from nnbook.nn.pointwise import widen

# How a pixel's weight falls with its distance d, and where it has become 0 -------------------------------------------


def _triangle(d: Tensor) -> Tensor:
    return (1 - d.abs()).clamp(min=0)


def _cubic(d: Tensor, a: float = -0.75) -> Tensor:
    """Two cubics that meet smoothly at |d| = 1 and end at |d| = 2. Keys, 1981; `a` is the slope at 1."""
    d = d.abs()
    near = ((a + 2) * d - (a + 3)) * d * d + 1
    far = ((a * d - 5 * a) * d + 8 * a) * d - 4 * a
    return torch.where(d <= 1, near, torch.where(d < 2, far, 0))


def _lanczos(d: Tensor) -> Tensor:
    return torch.where(d.abs() < 3, torch.sinc(d) * torch.sinc(d / 3), 0)


_KERNELS: dict[str, tuple[Callable[..., Tensor], int]] = {
    **dict.fromkeys(["linear", "bilinear", "trilinear"], (_triangle, 1)),
    "bicubic": (_cubic, 2),
    "lanczos": (_lanczos, 3),
}
_DIMENSIONS = {"linear": 3, "bilinear": 4, "trilinear": 5, "bicubic": 4, "lanczos": 4}


def _step(old: int, new: int, scale: float | None, align_corners: bool | None) -> float:
    """How many input pixels one step to the next output pixel is."""
    if align_corners:
        return (old - 1) / (new - 1) if new > 1 else 0.0
    return 1 / scale if scale else old / new


def _nearest(mode: str, step: float, old: int, new: int, device: Any) -> Tensor:
    """The one tap of each output pixel, (new): i · step rounded down, or (i + 1/2) · step for "nearest-exact"."""
    i = torch.arange(new, device=device, dtype=torch.float32)
    middle = 0.5 if mode == "nearest-exact" else 0.0
    # step is float32 as well: near whole numbers the rounding decides
    return ((i + middle) * i.new_tensor(step)).floor_().clamp_(max=old - 1).long()


def _taps(
    mode: str, step: float, old: int, new: int, align_corners: bool | None, antialias: bool, like: Tensor
) -> tuple[Tensor, Tensor]:
    """Numbers and weights, (new, taps) each, of the input pixels that make up each output pixel."""
    kernel, radius = _KERNELS[mode]
    # Where output pixel i lies among the input's: corner on corner, or edge on edge, (i + 1/2) · step - 1/2.
    i = torch.arange(new, device=like.device, dtype=like.dtype)
    centre = i * step if align_corners and not antialias else (i + 0.5) * step - 0.5
    # Against aliasing, the kernel is made so wide that no input pixel falls between two output pixels.
    stretch = max(step, 1.0) if antialias else 1.0
    first = torch.floor(centre - radius * stretch) + 1
    index = first[:, None] + torch.arange(math.ceil(2 * radius * stretch), device=like.device)
    distance = (index - centre[:, None]) / stretch
    if antialias:
        # Pixels beyond the border do not exist; Pillow's cubic, which this follows, has another slope.
        weight = _cubic(distance, -0.5) if mode == "bicubic" else kernel(distance)
        weight = weight * ((index >= 0) & (index < old))
        weight = weight / weight.sum(1, keepdim=True)
    else:
        # Pixels beyond the border are the border's.
        weight = kernel(distance)
    return index.clamp_(0, old - 1).long(), weight


def _pick(x: Tensor, dim: int, index: Tensor) -> Tensor:
    """x[.., index, ..]. Along the last axis, where there are no rows to copy whole, gather is several times faster."""
    return x.gather(dim, index.expand(*x.shape[:-1], -1)) if dim == x.dim() - 1 else x.index_select(dim, index)


def interpolate(
    input: Tensor,
    size: Any = None,
    scale_factor: Any = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
    recompute_scale_factor: bool | None = None,
    antialias: bool = False,
) -> Tensor:
    """y[.., i, ..] = Σ_k w[i, k] · x[.., index[i, k], ..] along each axis. Like `torch.nn.functional.interpolate`.

    input (N, C, L), (N, C, H, W) or (N, C, D, H, W) -> (N, C, *size), with size = floor(old size · scale_factor) if it
    is not given. mode: nearest, nearest-exact, linear, bilinear, trilinear, bicubic, lanczos (antialias only), area.
    """
    sizes, scales = _target(input, size, scale_factor, mode, align_corners, recompute_scale_factor, antialias)
    if mode == "area":
        return (adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d)[len(sizes) - 1](input, sizes)
    axes = [(dim, input.size(dim), new, scales[dim - 2]) for dim, new in enumerate(sizes, 2)]
    # An axis that keeps its size is copied, though a scale_factor of 1.1 on 5 pixels would shift them; but as in torch,
    # not in every mode.
    if antialias or mode.endswith("linear") or (mode == "nearest" and len(sizes) == 2):
        axes = [axis for axis in axes if axis[1] != axis[2]]
    # The axes may go in any order: those that shrink most first, so that the others have less to do.
    axes.sort(key=lambda axis: axis[2] / axis[1])
    y = input if axes else input.clone()
    if mode.startswith("nearest"):
        for dim, old, new, scale in axes:
            y = _pick(y, dim, _nearest(mode, _step(old, new, scale, None), old, new, input.device))
        return y

    y = widen(y.float() if y.dtype is torch.uint8 else y)
    for dim, old, new, scale in axes:
        index, weight = _taps(mode, _step(old, new, scale, align_corners), old, new, align_corners, antialias, y)
        weight = weight.view(*weight.shape, *[1] * (y.dim() - 1 - dim))
        # y_i = Σ_k w_ik x_index(i, k)
        x, y = y, _pick(y, dim, index[:, 0]) * weight[:, 0]
        for k in range(1, index.size(1)):
            y = y.addcmul_(_pick(x, dim, index[:, k]), weight[:, k])
    return y.round().clamp(0, 255).to(input.dtype) if input.dtype is torch.uint8 else y.to(input.dtype)


def upsample(
    input: Tensor, size: Any = None, scale_factor: Any = None, mode: str = "nearest", align_corners: bool | None = None
) -> Tensor:
    """An older name of `interpolate`. Like `torch.nn.functional.upsample`."""
    warnings.warn("`upsample` is deprecated. Use `interpolate` instead.", stacklevel=2)
    return interpolate(input, size, scale_factor, mode, align_corners)


def upsample_nearest(input: Tensor, size: Any = None, scale_factor: Any = None) -> Tensor:
    """An older name of `interpolate`. Like `torch.nn.functional.upsample_nearest`."""
    warnings.warn("`upsample_nearest` is deprecated. Use `interpolate` instead.", stacklevel=2)
    return interpolate(input, size, scale_factor, "nearest")


def upsample_bilinear(input: Tensor, size: Any = None, scale_factor: Any = None) -> Tensor:
    """`interpolate` with bilinear and align_corners. Like `torch.nn.functional.upsample_bilinear`."""
    warnings.warn("`upsample_bilinear` is deprecated. Use `interpolate` instead.", stacklevel=2)
    return interpolate(input, size, scale_factor, "bilinear", align_corners=True)


def _target(
    input: Tensor, size: Any, scale_factor: Any, mode: str, align_corners: Any, recompute: Any, antialias: bool
) -> tuple[list[int], list[float | None]]:
    """The new size of each axis and, where it counts, the factor asked for; refuses what does not go together."""
    n = input.dim() - 2
    if mode in ("nearest", "nearest-exact", "area") and align_corners is not None:
        raise ValueError("align_corners can only be set with the modes linear, bilinear, bicubic, trilinear")
    if (size is None) == (scale_factor is None):
        raise ValueError("either size or scale_factor should be defined, and only one of them")
    given = size if size is not None else scale_factor
    each = list(given) if isinstance(given, list | tuple) else [given] * n
    if len(each) != n:
        raise ValueError(f"input of shape {[*input.shape]} has {n} axes to resize, but got {given} for them")
    if size is not None:
        if not all(isinstance(s, int) or (isinstance(s, Tensor) and not s.is_floating_point()) for s in each):
            raise TypeError(f"expected size to be one int or a tuple of them, but got {given}")
        if recompute:
            raise ValueError("recompute_scale_factor is not meaningful with an explicit size")
    if antialias and not (mode in ("bilinear", "bicubic", "lanczos") and n == 2):
        raise ValueError("antialias goes with the modes bilinear, bicubic and lanczos and a 4-D input")
    if _DIMENSIONS.get(mode, input.dim()) != input.dim() or not 3 <= input.dim() <= 5:
        raise NotImplementedError(f"mode {mode} is not implemented for an input of {input.dim()} dimensions")
    if mode not in (*_KERNELS, "nearest", "nearest-exact", "area"):
        raise NotImplementedError(f"there is no mode {mode}")
    if mode == "lanczos" and (align_corners or not antialias):
        raise ValueError("mode lanczos needs antialias=True and does not support align_corners=True")
    if mode in _KERNELS and not (input.is_floating_point() or (input.dtype is torch.uint8 and n == 2)):
        raise NotImplementedError(f"mode {mode} is not implemented for {input.dtype}")

    sizes = [int(s) for s in each] if size is not None else [int(input.size(2 + i) * s) for i, s in enumerate(each)]
    if mode != "area" and min(*input.shape[1:], *sizes) <= 0:
        raise RuntimeError(f"input and output sizes should be greater than 0, but got {[*input.shape]} and {sizes}")
    return sizes, each if size is None and not recompute else [None] * n
