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
        def length(z: Tensor) -> Tensor:
            # (Σ_k |z_k|^p)^(1/p), for p = 0 the number of those that differ, for p = inf the largest
            if p == 2:
                return z.square().sum(0).sqrt_()
            if p == 0:
                return (z != 0).sum(0).to(z.dtype)
            return z.abs().amax(0) if p == math.inf else z.abs().pow(p).sum(0).pow(1 / p)

        y = torch.cat([x.new_zeros(0), *(length(z)[upper] for _, z, upper in _blocks(x))])
        ctx.save_for_backward(x, y)
        ctx.p = p
        return y

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, grad: Tensor) -> Any:
        (x, y), p = ctx.saved_tensors, ctx.p
        dx = torch.zeros_like(x.t())
        # d‖z‖_p / dz_k = sign(z_k) |z_k|^(p-1) / ‖z‖_p^(p-1), and 0 at z = 0; for p = inf: sign(z_k) where |z_k| = ‖z‖
        share = grad if p == math.inf else torch.where(y > 0, grad / y ** (p - 1), 0)
        start = 0
        for i, z, upper in _blocks(x):
            stop = start + int(upper.sum())
            if p == math.inf:
                largest = x.new_zeros(upper.shape).masked_scatter_(upper, y[start:stop])
                z = torch.where(z.abs() == largest, z.sign(), 0)
            elif p != 2:
                z = torch.where(z == 0, 0, z.sign() * z.abs() ** (p - 1))
            dz = z * x.new_zeros(upper.shape).masked_scatter_(upper, share[start:stop])
            # x_i moves against x_j: what one gains, the other loses
            dx[:, i : i + len(upper)] += dz.sum(2)
            dx[:, i + 1 :] -= dz.sum(1)
            start = stop
        return dx.t() * (p != 0), None


def _blocks(x: Tensor) -> Iterator[tuple[int, Tensor, Tensor]]:
    """A number i, the differences z (D, rows, columns) of x_i, x_i+1, ... to x_i+1, x_i+2, ..., which are due."""
    n, columns = len(x), x.t().contiguous()
    height = max(1, min(n // 8, 2**17 // max(x.numel(), 1)))
    for i in range(0, n - 1, height):
        rows = columns[:, i : min(i + height, n - 1)]
        upper = torch.ones(rows.size(1), n - 1 - i, dtype=torch.bool, device=x.device).triu()
        yield i, rows[:, :, None] - columns[:, None, i + 1 :], upper


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
