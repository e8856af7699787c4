"""Losses that ask for a margin: between classes, between two scores, between near and far vectors.

SoftMarginLoss, MultiLabelSoftMarginLoss, HingeEmbeddingLoss, MarginRankingLoss, MultiMarginLoss, MultiLabelMarginLoss,
CosineEmbeddingLoss, TripletMarginLoss, TripletMarginWithDistanceLoss.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from nnbook.nn.activation import logsigmoid
from nnbook.nn.distance import PairwiseDistance, pairwise_distance
from nnbook.nn.loss import (
    _Loss,
    _WeightedLoss,
    binary_cross_entropy_with_logits,
    check_reduction,
    final,
    old_reduction,
    reduced,
)

__all__ = [
    "CosineEmbeddingLoss",
    "HingeEmbeddingLoss",
    "MarginRankingLoss",
    "MultiLabelMarginLoss",
    "MultiLabelSoftMarginLoss",
    "MultiMarginLoss",
    "SoftMarginLoss",
    "TripletMarginLoss",
    "TripletMarginWithDistanceLoss",
]

# Two classes, +1 and -1 -----------------------------------------------------------------------------------------------


def soft_margin_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """log(1 + e^(-y x)). Like `torch.nn.functional.soft_margin_loss`, but finite where torch's exponential overflows.

    input (*), target (*) of 1 and -1 -> () or, with reduction "none", (*).
    """
    # l = log(1 + e^(-y x)) = -log σ(y x)
    return reduced(-logsigmoid(target * input), old_reduction(size_average, reduce, reduction))


class SoftMarginLoss(_Loss):
    """l = log(1 + e^(-y x)) for y = 1 or -1, then the mean, sum or nothing.

    Like `torch.nn.SoftMarginLoss`, but finite where torch's exponential overflows.
    input (*), target (*) -> (), or (*) with reduction="none". Source: torch.nn.SoftMarginLoss.
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return soft_margin_loss(input, target, reduction=self.reduction)


def hinge_embedding_loss(
    input: Tensor,
    target: Tensor,
    margin: float = 1.0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """x where y = 1, max(0, margin - x) where y = -1. Like `torch.nn.functional.hinge_embedding_loss`.

    input (*) of distances, target (*) -> () or, with reduction "none", (*).
    """
    # l = [y ≠ -1] x + [y ≠ 1] max(0, Δ - x)
    far = (margin - input).clamp(min=0)
    loss = torch.where(target != 1, far, 0) + torch.where(target != -1, input, 0)
    return reduced(loss, old_reduction(size_average, reduce, reduction))


class HingeEmbeddingLoss(_Loss):
    """l = x where y = 1, max(0, margin - x) where y = -1: a distance x, small for like things and large for others.

    Like `torch.nn.HingeEmbeddingLoss`. input (*), target (*) -> (), or (*) with reduction="none".
    Source: torch.nn.HingeEmbeddingLoss.
    """

    def __init__(
        self,
        margin: float = 1.0,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.margin = margin

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return hinge_embedding_loss(input, target, self.margin, reduction=self.reduction)


def margin_ranking_loss(
    input1: Tensor,
    input2: Tensor,
    target: Tensor,
    margin: float = 0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """max(0, margin - y (x1 - x2)). Like `torch.nn.functional.margin_ranking_loss`.

    input1, input2 and target (N) or () -> () or, with reduction "none", the same.
    """
    reduction = old_reduction(size_average, reduce, reduction)
    if not input1.dim() == input2.dim() == target.dim():
        sizes = f"{input1.size()}, {input2.size()}, {target.size()}"
        raise RuntimeError(f"margin_ranking_loss: inputs and target should have the same dimension, got {sizes}")
    # l = max(0, Δ - y (x1 - x2))
    return reduced((margin - target * (input1 - input2)).clamp(min=0), reduction)


class MarginRankingLoss(_Loss):
    """l = max(0, margin - y (x1 - x2)): y = 1 asks that x1 be larger than x2, y = -1 the reverse.

    Like `torch.nn.MarginRankingLoss`. input1, input2, target (N) or () -> (), or the same with reduction="none".
    Source: torch.nn.MarginRankingLoss.
    """

    def __init__(
        self,
        margin: float = 0.0,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.margin = margin

    def forward(self, input1: Tensor, input2: Tensor, target: Tensor) -> Tensor:
        return margin_ranking_loss(input1, input2, target, self.margin, reduction=self.reduction)


# One class of many ----------------------------------------------------------------------------------------------------


class _MultiMargin(torch.autograd.Function):
    """Both steps by hand: few operators, and one tensor kept. Like torch's, it cannot be derived twice."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, y: Tensor, p: int, margin: float, weight: Tensor | None) -> Tensor:
        # l = Σ_{i≠y} w[y] z_i^p / C with z_i = max(0, Δ - x[y] + x[i])
        z = (x - x.gather(1, y)).add_(margin).clamp_(min=0).scatter_(1, y, 0)
        share = 1 / x.size(1) if weight is None else weight[y] / x.size(1)
        ctx.save_for_backward(x, z if p == 2 else z > 0, y, None if weight is None else share)
        ctx.p, ctx.share = p, 1 / x.size(1)
        return ((z * z if p == 2 else z).sum(1, keepdim=True) * share).squeeze(1)

    @staticmethod
    def backward(ctx: Any, dl: Tensor) -> Any:
        x, z, y, share = ctx.saved_tensors
        # dl/dx[i] = w[y] p z_i^(p - 1) / C where z_i > 0, and x[y] gets all of them with a minus
        dx = (2 * z if ctx.p == 2 else z.to(x.dtype)).mul_(dl.unsqueeze(1) * (ctx.share if share is None else share))
        return final(dx.scatter_(1, y, -dx.sum(1, keepdim=True)), x), None, None, None, None


def multi_margin_loss(
    input: Tensor,
    target: Tensor,
    p: int = 1,
    margin: float = 1.0,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Σ_{i≠y} w[y] max(0, margin - x[y] + x[i])^p / C. Like `torch.nn.functional.multi_margin_loss`.

    input (N, C) or (C), target (N) or () of class numbers, weight (C) or none -> () or, not reduced, (N) or ().
    """
    reduction = old_reduction(size_average, reduce, reduction)
    check_reduction(reduction)
    _check_multi_margin(input, target, p, weight)
    x, y = input if input.dim() == 2 else input.view(1, -1), target.view(-1, 1)
    loss = _MultiMargin.apply(x, y, p, margin, weight)
    return reduced(loss if target.dim() else loss.squeeze(0), reduction)


def _check_multi_margin(input: Tensor, target: Tensor, p: int, weight: Tensor | None) -> None:
    if p not in (1, 2):
        raise ValueError("only p == 1 and p == 2 supported")
    if weight is not None and weight.dim() != 1:
        raise ValueError("weight must be one-dimensional")
    if not input.is_floating_point():
        raise NotImplementedError(f"multi_margin_loss is not implemented for {input.dtype}")
    if input.dim() > 2 or (input.numel() == 0 and input.dim() < 2) or (input.dim() == 2 and input.size(1) == 0):
        raise RuntimeError(f"Expected a non-empty vector or matrix with optional 0-dim batch size, got {input.shape}")
    if target.dim() > 1 or target.numel() != (input.size(0) if input.dim() == 2 else 1):
        raise RuntimeError(f"inconsistent target size, expected one class for each of {input.shape}: {target.shape}")
    if weight is not None and weight.numel() != (input.size(-1) if input.dim() else 1):
        raise RuntimeError(f"inconsistent weight size, got {weight.shape} for input {input.shape}")


class MultiMarginLoss(_WeightedLoss):
    """l = Σ_{i≠y} w[y] max(0, margin - x[y] + x[i])^p / C: the right class's score leads all others by the margin.

    Like `torch.nn.MultiMarginLoss`. input (N, C) or (C), target (N) or (), weight (C), p 1 or 2
    -> (), or (N) with reduction="none". Source: torch.nn.MultiMarginLoss; Crammer and Singer, 2001.
    """

    def __init__(
        self,
        p: int = 1,
        margin: float = 1.0,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction)
        if p not in (1, 2):
            raise ValueError("only p == 1 and p == 2 supported")
        if weight is not None and weight.dim() != 1:
            raise ValueError(f"MultiMarginLoss: expected weight to be None or 1D tensor, got {weight.dim()}D instead")
        self.p, self.margin = p, margin

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return multi_margin_loss(input, target, self.p, self.margin, self.weight, reduction=self.reduction)


# Several classes at once ----------------------------------------------------------------------------------------------


class _MultiLabelMargin(torch.autograd.Function):
    """The gradient is found on the way forward, while the pairs of classes are there, so that none need be kept."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, y: Tensor) -> Tensor:
        n, classes = x.shape
        # Targets count up to the first that is negative.
        counts = (y >= 0).cumprod(1).to(x.dtype)
        y = torch.where(counts > 0, y, 0)
        is_wrong = torch.zeros_like(x).scatter_add_(1, y, counts) == 0
        of_targets, loss, dx = x.gather(1, y), x.new_zeros(n), torch.zeros_like(x)
        # a few targets at a time, whose pairs stay in a CPU's cache and fill a GPU
        step = 1 + 2 ** (15 if x.device.type == "cpu" else 22) // max(x.numel(), 1)
        for j in (slice(start, start + step) for start in range(0, classes, step)):
            # l = Σ_j Σ_i max(0, 1 - x[y_j] + x[i]) / C over targets y_j and classes i that are none: pairs (N, J, C)
            z = (x.unsqueeze(1) - of_targets[:, j, None]).add_(1).clamp_(min=0)
            z = z.mul_(counts[:, j, None]).mul_(is_wrong.unsqueeze(1))
            loss += z.sum((1, 2)) / classes
            # Each pair with z > 0 pulls x[i] down and x[y_j] up, alike.
            pulls = z.sign_()
            dx.add_(pulls.sum(1)).scatter_add_(1, y[:, j], -pulls.sum(2))
        ctx.save_for_backward(x, dx.div_(classes))
        return loss

    @staticmethod
    def backward(ctx: Any, dl: Tensor) -> Any:
        x, dx = ctx.saved_tensors
        return final(dx * dl.unsqueeze(1), x), None


def multilabel_margin_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Σ_j Σ_i max(0, 1 - x[y_j] + x[i]) / C, i being no y_j. Like `torch.nn.functional.multilabel_margin_loss`.

    input (N, C) or (C), target of the same shape: the class numbers up to the first -1 -> () or, unreduced, (N) or ().
    """
    reduction = old_reduction(size_average, reduce, reduction)
    check_reduction(reduction)
    if input.shape != target.shape or input.dim() > 2 or (input.size(-1) if input.dim() else 1) == 0:
        raise RuntimeError(f"inconsistent target size: {target.shape} for input of size: {input.shape}")
    if not input.is_floating_point():
        raise NotImplementedError(f"multilabel_margin_loss is not implemented for {input.dtype}")
    if target.dtype != torch.int64:
        raise RuntimeError(f"expected target of dtype int64 but got {target.dtype}")
    classes = input.size(-1) if input.dim() else 1
    loss = _MultiLabelMargin.apply(input.reshape(-1, classes), target.reshape(-1, classes))
    return reduced(loss if input.dim() == 2 else loss.squeeze(0), reduction)


class MultiLabelMarginLoss(_Loss):
    """l = Σ_j Σ_i max(0, 1 - x[y_j] + x[i]) / C: the score of every right class y_j leads that of every wrong i by 1.

    Like `torch.nn.MultiLabelMarginLoss`.
    input (N, C) or (C), target of the same shape, class numbers up to the first -1 -> (), or (N) with reduction="none".
    Source: torch.nn.MultiLabelMarginLoss.
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return multilabel_margin_loss(input, target, reduction=self.reduction)


def multilabel_soft_margin_loss(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """binary_cross_entropy_with_logits, averaged over classes. Like the function of torch.nn.functional.

    input (*, C), target (*, C) of 0 and 1, weight (C) or none -> () or, with reduction "none", (*).
    """
    # l = -Σ_c w_c (t_c log σ(x_c) + (1 - t_c) log σ(-x_c)) / C
    loss = binary_cross_entropy_with_logits(input, target, weight, reduction="none")
    return reduced(loss.mean(-1), old_reduction(size_average, reduce, reduction))


class MultiLabelSoftMarginLoss(_WeightedLoss):
    """l = -Σ_c w_c (t_c log σ(x_c) + (1 - t_c) log σ(-x_c)) / C: each class by itself is right or wrong.

    Like `torch.nn.MultiLabelSoftMarginLoss`. input (N, C), target (N, C), weight (C) -> (), or (N) with
    reduction="none". Source: torch.nn.MultiLabelSoftMarginLoss.
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return multilabel_soft_margin_loss(input, target, self.weight, reduction=self.reduction)


# Vectors near and far -------------------------------------------------------------------------------------------------


def cosine_embedding_loss(
    input1: Tensor,
    input2: Tensor,
    target: Tensor,
    margin: float = 0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """1 - cos(x1, x2) where y = 1, max(0, cos(x1, x2) - margin) where y = -1. Like its twin in torch.nn.functional.

    input1, input2 (N, D) or (D), target (N) or () -> () or, with reduction "none", target's shape.
    """
    reduction = old_reduction(size_average, reduce, reduction)
    if target.dim() > 1 or input1.dim() != target.dim() + 1 or input2.dim() != target.dim() + 1:
        raise RuntimeError(f"{target.dim()}D target does not fit inputs of {input1.shape} and {input2.shape}")
    # cos = x1 · x2 / sqrt((x1² + ε) (x2² + ε))
    squares = ((input1 * input1).sum(-1) + 1e-12) * ((input2 * input2).sum(-1) + 1e-12)
    cos = (input1 * input2).sum(-1) / squares.sqrt()
    loss = torch.where(target == 1, 1 - cos, 0) + torch.where(target == -1, (cos - margin).clamp(min=0), 0)
    return reduced(loss, reduction)


class CosineEmbeddingLoss(_Loss):
    """l = 1 - cos(x1, x2) where y = 1, max(0, cos(x1, x2) - margin) where y = -1.

    Like `torch.nn.CosineEmbeddingLoss`. input1, input2 (N, D) or (D), target (N) or () -> (), or target's shape with
    reduction="none". Source: torch.nn.CosineEmbeddingLoss.
    """

    def __init__(
        self,
        margin: float = 0.0,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.margin = margin

    def forward(self, input1: Tensor, input2: Tensor, target: Tensor) -> Tensor:
        return cosine_embedding_loss(input1, input2, target, self.margin, reduction=self.reduction)


def triplet_margin_with_distance_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    *,
    distance_function: Callable[[Tensor, Tensor], Tensor] | None = None,
    margin: float = 1.0,
    swap: bool = False,
    reduction: str = "mean",
) -> Tensor:
    """max(0, margin + d(a, p) - d(a, n)). Like `torch.nn.functional.triplet_margin_with_distance_loss`.

    anchor, positive, negative (N, *), and d a function of two of them -> () or, with reduction "none", d's shape.
    """
    if margin <= 0:
        raise ValueError(f"margin must be greater than 0, got {margin}")
    if not anchor.dim() == positive.dim() == negative.dim():
        dims = f"{anchor.dim()}, {positive.dim()} and {negative.dim()}"
        raise RuntimeError(f"anchor, positive and negative should have the same number of dimensions, but got {dims}")
    d = distance_function or pairwise_distance
    near, far = d(anchor, positive), d(anchor, negative)
    if swap:
        # The harder comparison counts: the negative may be nearer to the positive than to the anchor.
        far = torch.minimum(far, d(positive, negative))
    # l = max(0, Δ + d(a, p) - d(a, n))
    return reduced((margin + near - far).clamp(min=0), reduction)


def triplet_margin_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    margin: float = 1.0,
    p: float = 2,
    eps: float = 1e-06,
    swap: bool = False,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """max(0, margin + ‖a - p‖ - ‖a - n‖). Like `torch.nn.functional.triplet_margin_loss`.

    anchor, positive, negative (N, D) or (D) -> () or, with reduction "none", (N) or ().
    """

    def distance(x: Tensor, y: Tensor) -> Tensor:
        return pairwise_distance(x, y, p, eps)

    reduction = old_reduction(size_average, reduce, reduction)
    options = {"margin": margin, "swap": swap, "reduction": reduction}
    return triplet_margin_with_distance_loss(anchor, positive, negative, distance_function=distance, **options)  # type: ignore[arg-type]


class TripletMarginLoss(_Loss):
    """l = max(0, margin + ‖a - p‖ - ‖a - n‖): an anchor is nearer to its positive than to its negative, by the margin.

    Like `torch.nn.TripletMarginLoss`. anchor, positive, negative (N, D) or (D) -> (), or (N) with reduction="none".
    ‖x‖ is the p-norm of x + eps; swap=True takes the smaller of ‖a - n‖ and ‖p - n‖.
    Source: torch.nn.TripletMarginLoss; Balntas et al., BMVC 2016.
    """

    def __init__(
        self,
        margin: float = 1.0,
        p: float = 2.0,
        eps: float = 1e-06,
        swap: bool = False,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        if margin <= 0:
            raise ValueError(f"TripletMarginLoss: expected margin to be greater than 0, got {margin} instead")
        self.margin, self.p, self.eps, self.swap = margin, p, eps, swap

    def forward(self, anchor: Tensor, positive: Tensor, negative: Tensor) -> Tensor:
        options = (self.margin, self.p, self.eps, self.swap)
        return triplet_margin_loss(anchor, positive, negative, *options, reduction=self.reduction)


class TripletMarginWithDistanceLoss(_Loss):
    """l = max(0, margin + d(a, p) - d(a, n)) with any distance d. Like `torch.nn.TripletMarginWithDistanceLoss`.

    anchor, positive, negative (N, *) -> (), or d's shape with reduction="none". d is PairwiseDistance() unless given;
    swap=True takes the smaller of d(a, n) and d(p, n). Source: torch.nn.TripletMarginWithDistanceLoss.
    """

    def __init__(
        self,
        *,
        distance_function: Callable[[Tensor, Tensor], Tensor] | None = None,
        margin: float = 1.0,
        swap: bool = False,
        reduction: str = "mean",
    ) -> None:
        super().__init__(reduction=reduction)
        if margin <= 0:
            raise ValueError(f"TripletMarginWithDistanceLoss: expected margin to be greater than 0, got {margin}")
        self.distance_function = PairwiseDistance() if distance_function is None else distance_function
        self.margin, self.swap = margin, swap

    def forward(self, anchor: Tensor, positive: Tensor, negative: Tensor) -> Tensor:
        options = {"distance_function": self.distance_function, "margin": self.margin, "swap": self.swap}
        return triplet_margin_with_distance_loss(anchor, positive, negative, **options, reduction=self.reduction)  # type: ignore[arg-type]
