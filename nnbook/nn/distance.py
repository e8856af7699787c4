"""How far apart two vectors are, and in what angle: PairwiseDistance, CosineSimilarity."""

import math
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from nnbook.nn.module import Module

__all__ = ["CosineSimilarity", "PairwiseDistance"]


def _norm(x: Tensor, p: float, dim: Any, keepdim: bool = False) -> Tensor:
    """‖x‖_p = (Σ |x_j|^p)^(1/p); its gradient at x = 0 is 0."""
    return torch.linalg.vector_norm(x, p, dim, keepdim)


def cosine_similarity(x1: Tensor, x2: Tensor, dim: int = 1, eps: float = 1e-08) -> Tensor:
    """x₁·x₂ / (max(‖x₁‖₂, ε) · max(‖x₂‖₂, ε)) along dim. Like `torch.nn.functional.cosine_similarity`.

    x1 and x2 (*, D, *), broadcast against each other, D at position `dim` -> (*, *).
    """
    dtype = torch.promote_types(x1.dtype, x2.dtype)
    if not dtype.is_floating_point:
        raise RuntimeError(f"expected a floating point type in common, but got {x1.dtype} and {x2.dtype}")

    def unit(x: Tensor) -> Tensor:
        # x / max(‖x‖₂, ε), with the slope of ‖x‖₂ below ε, too
        n = _norm(x, 2, dim, keepdim=True)
        return x / torch.where(n < eps, n + (eps - n.detach()), n)

    x1, x2 = torch.broadcast_tensors(*(x if x.is_floating_point() else x.to(dtype) for x in (x1, x2)))
    return (unit(x1) * unit(x2)).sum(dim)


def pairwise_distance(x1: Tensor, x2: Tensor, p: float = 2.0, eps: float = 1e-06, keepdim: bool = False) -> Tensor:
    """‖x₁ - x₂ + ε‖_p, row by row. Like `torch.nn.functional.pairwise_distance`: x1, x2 (*, D) -> (*), or (*, 1)."""
    # ε is added to each difference, so that the slope is finite where x1 = x2
    return _norm(x1 - x2 + eps, p, -1, keepdim)


def normalize(input: Tensor, p: float = 2.0, dim: Any = 1, eps: float = 1e-12, out: Tensor | None = None) -> Tensor:
    """x / max(‖x‖_p, ε) along dim. Like `torch.nn.functional.normalize`: input (*) -> (*)."""
    return torch.div(input, _norm(input, p, dim, keepdim=True).clamp(min=eps), out=out)


class _Pairs(torch.autograd.Function):
    """‖x_i - x_j‖_p for i < j, a few rows at a time: all differences at once would be D times the output.

    Like torch's, it can be differentiated once.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, p: float) -> Tensor:
        parts = [x.new_zeros(0)]
        for i, j, _ in _blocks(x, 2**18 // x.size(1)):
            z = x[i, None] - x[j]  # (rows, columns, D)
            # ‖z‖_p = (Σ_k |z_k|^p)^(1/p), for p = 0 the number of those that differ, for p = inf the largest
            if p in (0, 2):
                length = torch.linalg.vector_norm(z, p, -1)
            elif p == math.inf:
                length = z.abs_().amax(-1)
            else:
                length = z.abs_().pow_(p).sum(-1).pow_(1 / p)
            # Row r counts from its r-th element on: the cuts are before it and at the row's end.
            sizes = [n for r in range(len(length)) for n in (r, length.size(1) - r)]
            parts += length.flatten().split(sizes)[1::2]
        y = torch.cat(parts)
        ctx.save_for_backward(x, y)
        ctx.p = p
        return y

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, grad: Tensor) -> Any:
        (x, y), p = ctx.saved_tensors, ctx.p
        # d‖z‖_p / dz_k = sign(z_k) |z_k|^(p-1) / ‖z‖_p^(p-1), and 0 at z = 0; for p = inf: sign(z_k) where |z_k| = ‖z‖
        share = grad if p == math.inf else torch.where(y > 0, grad / y ** (p - 1), 0)
        if p == 2 and x.dtype is torch.float32:
            return _euclidean_slope(x.double(), share).float(), None
        dx, start = torch.zeros_like(x), 0
        for i, j, upper in _blocks(x, 2**18 // x.size(1)):
            stop = start + int(upper.sum())
            z = x[i, None] - x[j]
            if p == math.inf:
                z = torch.where(z.abs() == _spread(y[start:stop], upper)[..., None], z.sign(), 0)
            elif p != 2:
                z = torch.where(z == 0, 0, z.sign() * z.abs() ** (p - 1))
            dz = z.mul_(_spread(share[start:stop], upper)[..., None])
            # x_i moves against x_j: what one gains, the other loses
            dx[i] += dz.sum(1)
            dx[j] -= dz.sum(0)
            start = stop
        return dx * (p != 0), None


def _euclidean_slope(x: Tensor, share: Tensor) -> Tensor:
    """The same for p = 2 without the differences: dx_i = Σ_j s_ij (x_i - x_j) = x_i Σ_j s_ij - Σ_j s_ij x_j.

    Matrix products are several times faster, but subtract large numbers where x_i and x_j are close: that float32
    numbers stay exact, x comes as float64.
    """
    dx, start = torch.zeros_like(x), 0
    for i, j, upper in _blocks(x, 2**16):
        stop = start + int(upper.sum())
        s = _spread(share[start:stop].to(x.dtype), upper)
        dx[i] += (x[i] * s.sum(1)[:, None]).addmm_(s, x[j], alpha=-1)
        dx[j] += (x[j] * s.sum(0)[:, None]).addmm_(s.t(), x[i], alpha=-1)
        start = stop
    return dx


def _spread(values: Tensor, upper: Tensor) -> Tensor:
    """One number for each pair of a block -> (rows, columns), with 0 for the pairs that are not due."""
    return values.new_zeros(upper.shape).masked_scatter_(upper, values)


def _blocks(x: Tensor, pairs: int) -> Iterator[tuple[slice, slice, Tensor]]:
    """Rows i of x, all rows j behind the first of them, and which of the pairs are due: those with i < j."""
    n = len(x)
    height = max(1, pairs // max(n, 1))
    for start in range(0, n - 1, height):
        i, j = slice(start, min(start + height, n - 1)), slice(start + 1, n)
        yield i, j, x.new_ones(i.stop - i.start, j.stop - j.start, dtype=torch.bool).triu_()


def pdist(input: Tensor, p: float = 2) -> Tensor:
    """‖x_i - x_j‖_p for all i < j. Like `torch.nn.functional.pdist`: input (N, D) -> (N (N - 1) / 2)."""
    if input.dim() != 2:
        raise RuntimeError(f"pdist takes input (N, D), but got {[*input.shape]}")
    if not input.is_floating_point() or p < 0:
        raise RuntimeError(f"pdist takes floating point numbers and p >= 0, but got {input.dtype} and p={p}")
    if input.size(1) == 0:
        return input.new_zeros(len(input) * (len(input) - 1) // 2)
    return _Pairs.apply(input, p)


class CosineSimilarity(Module):
    """x₁·x₂ / (max(‖x₁‖₂, ε) · max(‖x₂‖₂, ε)) along `dim`. Like `torch.nn.CosineSimilarity`.

    x1 and x2 (*, D, *) -> (*, *), D at position `dim`; 1 where they point one way. Source: torch.nn.CosineSimilarity.
    """

    def __init__(self, dim: int = 1, eps: float = 1e-08) -> None:
        super().__init__()
        self.dim = dim
        self.eps = eps

    def forward(self, x1: Tensor, x2: Tensor) -> Tensor:
        return cosine_similarity(x1, x2, self.dim, self.eps)


class PairwiseDistance(Module):
    """‖x₁ - x₂ + ε‖_p, row by row. Like `torch.nn.PairwiseDistance`: x1, x2 (N, D) or (D) -> (N) or (), keepdim (N, 1).

    ‖x‖_p = (Σ |x_j|^p)^(1/p); p may be inf or negative. Source: torch.nn.PairwiseDistance.
    """

    def __init__(self, p: float = 2.0, eps: float = 1e-06, keepdim: bool = False) -> None:
        super().__init__()
        self.norm = p
        self.eps = eps
        self.keepdim = keepdim

    def forward(self, x1: Tensor, x2: Tensor) -> Tensor:
        return pairwise_distance(x1, x2, self.norm, self.eps, self.keepdim)
