"""Sampling an image at freely chosen points: affine_grid and grid_sample, the two halves of a spatial transformer."""

import math
import warnings
from typing import Any

import torch
from torch import Tensor

from nnbook.nn.interpolate import _cubic
from nnbook.nn.pointwise import widen


def affine_grid(theta: Tensor, size: Any, align_corners: bool | None = None) -> Tensor:
    """grid[n, h, w] = θ_n (x, y, 1)ᵀ at the middle of each pixel. Like `torch.nn.functional.affine_grid`.

    theta (N, 2, 3) and size (N, C, H, W) -> (N, H, W, 2), or (N, 3, 4) and (N, C, D, H, W) -> (N, D, H, W, 3). The
    image reaches from -1 to 1; with align_corners, these are the middles of its corner pixels.
    Jaderberg et al., arXiv 1506.02025.
    """
    align_corners = _settled(align_corners)
    _check_affine(theta, size, align_corners)
    axes = []
    for n in size[2:]:
        # (2i + 1) / n - 1, or with corners aligned 2i / (n - 1) - 1
        i = torch.arange(n, device=theta.device, dtype=theta.dtype)
        if align_corners:
            axes.append(i * (2 / (n - 1)) - 1 if n > 1 else i * 0)
        else:
            axes.append((i * 2 + 1) / n - 1)
    points = torch.meshgrid(*axes, indexing="ij")
    # (x, y, 1) for each pixel: the last axis is x
    base = torch.stack([*reversed(points), torch.ones_like(points[0])], -1)
    return (base.flatten(0, -2) @ theta.transpose(1, 2)).view(size[0], *size[2:], len(size) - 2)


class _Blend(torch.autograd.Function):
    """y[n, c, p] = Σ_k w[k, n, p] · x[n, c, index[k, n, p]].

    By hand because autograd would keep what every tap has read: several times the output. Kept are the numbers and the
    weights of the taps, which have no channels; where the image has one to three, that is still more than torch keeps.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, index: Tensor, w: Tensor) -> Tensor:
        ctx.save_for_backward(x, index, w)
        y = x.new_zeros(*x.shape[:2], index.size(2))
        for i, weight in zip(index, w, strict=True):
            y.addcmul_(_read(x, i), weight[:, None])
        return y

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Any:
        x, index, w = ctx.saved_tensors
        dx = dw = None
        if ctx.needs_input_grad[0]:
            dx = torch.zeros_like(x)
            for i, weight in zip(index, w, strict=True):
                # dx[n, c, index[k, n, p]] += w[k, n, p] · dy[n, c, p]
                dx = dx.scatter_add_(2, i[:, None].expand_as(grad), grad * weight[:, None])
        if ctx.needs_input_grad[2]:
            # dw[k, n, p] = Σ_c dy[n, c, p] · x[n, c, index[k, n, p]]
            dw = torch.stack([(grad * _read(x, i)).sum(1) for i in index])
        return dx, None, dw


def _read(x: Tensor, i: Tensor) -> Tensor:
    return x.gather(2, i[:, None].expand(-1, x.size(1), -1))


def grid_sample(
    input: Tensor,
    grid: Tensor,
    mode: str = "bilinear",
    padding_mode: str = "zeros",
    align_corners: bool | None = None,
) -> Tensor:
    """y[n, :, h, w] = the input at the point grid[n, h, w] = (x, y). Like `torch.nn.functional.grid_sample`.

    input (N, C, H, W) and grid (N, H', W', 2) -> (N, C, H', W'); input (N, C, D, H, W) and grid (N, D', H', W', 3) ->
    (N, C, D', H', W'). mode: bilinear, nearest, bicubic (4-D only). Outside, the image is 0 ("zeros"), goes on with its
    border ("border") or is mirrored ("reflection"). Jaderberg et al., arXiv 1506.02025.
    """
    align_corners = _settled(align_corners)
    _check_sample(input, grid, mode, padding_mode)
    sizes, points = input.shape[2:], widen(grid).flatten(1, -2)
    # All combinations of one tap per axis: 1 for nearest, 4 or 8 corners, 16 for bicubic. The last axis is x.
    index, weight = _axis_taps(points[..., -1], sizes[0], mode, padding_mode, align_corners)
    for axis, size in enumerate(sizes[1:], 2):
        i, w = _axis_taps(points[..., -axis], size, mode, padding_mode, align_corners)
        index = (index[:, None] * size + i).flatten(0, 1)
        weight = (weight[:, None] * w).flatten(0, 1)
    y = _Blend.apply(widen(input).flatten(2), index, weight)
    return y.view(*input.shape[:2], *grid.shape[1:-1]).to(input.dtype)


def _axis_taps(g: Tensor, size: int, mode: str, padding_mode: str, corners: bool) -> tuple[Tensor, Tensor]:
    """For points (N, P) of an axis: the numbers of the pixels nearby and their weights, (taps, N, P) each."""
    # From -1..1 to pixels: ((g + 1) · size - 1) / 2, or with corners aligned (g + 1) / 2 · (size - 1)
    at = (g + 1) / 2 * (size - 1) if corners else ((g + 1) * size - 1) / 2
    if mode != "bicubic":
        at = _brought_in(at, size, padding_mode, corners)
    low = at.detach().floor()
    if mode == "nearest":
        pixel, weight = at.detach().round()[None], at.masked_fill(at == at, 1)[None]
    elif mode == "bilinear":
        pixel, weight = torch.stack([low, low + 1]), torch.stack([1 - (at - low), at - low])
    else:
        # of the cubic's four pixels, each is brought in for itself
        k = torch.arange(-1, 3, device=g.device).view(4, 1, 1)
        pixel, weight = _brought_in(low + k, size, padding_mode, corners), _cubic(at - low - k)
    if padding_mode == "zeros":
        weight = torch.where((pixel >= 0) & (pixel < size), weight, 0)
    return pixel.long().clamp_(0, size - 1), weight


def _brought_in(at: Tensor, size: int, padding_mode: str, corners: bool) -> Tensor:
    """Points outside moved to the border or mirrored; those on the border no longer move with the grid."""
    if padding_mode == "zeros":
        return at
    if padding_mode == "reflection":
        # Mirrors stand at the corners' middles, or half a pixel outside. Beyond, it repeats with period 2 · span.
        low, span = (0.0, size - 1) if corners else (-0.5, size)
        if span == 0:
            at = at * 0
        else:
            away = (at - low).abs()
            times = (away.detach() / span).floor()
            rest = away - times * span
            at = low + torch.where(times % 2 == 0, rest, span - rest)
    inside = (at > 0) & (at < size - 1)
    return torch.where(inside, at, at.detach().nan_to_num().clamp(0, size - 1))


def _settled(align_corners: bool | None) -> bool:
    if align_corners is None:
        warnings.warn("align_corners is False by default since torch 1.3; say so to silence this.", stacklevel=3)
    return bool(align_corners)


def _check_affine(theta: Tensor, size: Any, align_corners: bool) -> None:
    if not theta.is_floating_point():
        raise ValueError(f"expected theta to have a floating point type, but got {theta.dtype}")
    if len(size) not in (4, 5):
        raise NotImplementedError(f"affine_grid takes sizes of 4 or 5 dimensions, but got {size}")
    n = len(size) - 2
    if theta.dim() != 3 or theta.shape[1:] != (n, n + 1):
        raise ValueError(f"expected theta of shape (N, {n}, {n + 1}) for size {size}, but got {[*theta.shape]}")
    if align_corners and min(size[2:]) == 1:
        warnings.warn("with align_corners, one pixel alone lies at 0 along its axis.", stacklevel=3)
    elif min(size) <= 0:
        raise ValueError(f"expected a positive size, but got {size}")


def _check_sample(input: Tensor, grid: Tensor, mode: str, padding_mode: str) -> None:
    if mode not in ("bilinear", "nearest", "bicubic"):
        raise ValueError(f"mode must be bilinear, nearest or bicubic, but got {mode!r}")
    if padding_mode not in ("zeros", "border", "reflection"):
        raise ValueError(f"padding_mode must be zeros, border or reflection, but got {padding_mode!r}")
    n = input.dim() - 2
    if n not in (2, 3) or grid.dim() != n + 2 or grid.size(-1) != n or grid.size(0) != input.size(0):
        raise RuntimeError(f"an input of shape {[*input.shape]} does not take a grid of shape {[*grid.shape]}")
    if mode == "bicubic" and n == 3:
        raise RuntimeError("bicubic takes 4-D input only")
    if input.dtype != grid.dtype or input.device != grid.device:
        raise RuntimeError(f"input and grid must be alike, but got {input.dtype} and {grid.dtype}")
    if math.prod(input.shape[2:]) == 0:
        raise RuntimeError(f"expected an input with pixels, but got {[*input.shape]}")
