"""Losses that compare number with number: absolute, squared and Huber error, and those of probabilities.

MSELoss, L1Loss, SmoothL1Loss, HuberLoss, BCELoss, BCEWithLogitsLoss, KLDivLoss, PoissonNLLLoss, GaussianNLLLoss.
"""

import math
import warnings
from typing import Any

import torch
from torch import Tensor

from nnbook.nn.activation import logsigmoid, sigmoid
from nnbook.nn.module import Module
from nnbook.nn.pointwise import widen

__all__ = [
    "BCELoss",
    "BCEWithLogitsLoss",
    "GaussianNLLLoss",
    "HuberLoss",
    "KLDivLoss",
    "L1Loss",
    "MSELoss",
    "PoissonNLLLoss",
    "SmoothL1Loss",
]

# What losses share ----------------------------------------------------------------------------------------------------


def reduced(loss: Tensor, reduction: str) -> Tensor:
    """The mean of all losses, their sum, or each by itself."""
    check_reduction(reduction)
    return loss.mean() if reduction == "mean" else loss.sum() if reduction == "sum" else loss


def check_reduction(reduction: str) -> None:
    """Refuses any other word."""
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"{reduction} is not a valid value for reduction")


def old_reduction(size_average: bool | None, reduce: bool | None, reduction: str) -> str:
    """Translates the two deprecated flags, which outrank `reduction` where they are given."""
    if size_average is None and reduce is None:
        return reduction
    reduction = "none" if reduce is False else "sum" if size_average is False else "mean"
    warnings.warn(
        f"size_average and reduce args will be deprecated, please use reduction='{reduction}' instead.", stacklevel=3
    )
    return reduction


class _Final(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, dx: Tensor, *inputs: Any) -> Tensor:
        return dx.view_as(dx)

    @staticmethod
    def backward(ctx: Any, _: Tensor) -> Any:
        raise RuntimeError("this gradient has no derivative of its own")


def final(dx: Tensor, *inputs: Tensor | None) -> Tensor:
    """A gradient by `inputs` that cannot be derived again: whoever tries is told so, where a constant would lie."""
    return _Final.apply(dx, *inputs) if torch.is_grad_enabled() else dx


class _Loss(Module):
    def __init__(self, size_average: bool | None = None, reduce: bool | None = None, reduction: str = "mean") -> None:
        super().__init__()
        self.reduction = old_reduction(size_average, reduce, reduction)


class _WeightedLoss(_Loss):
    weight: Tensor | None

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.register_buffer("weight", weight)


# Errors: l = f(x - t) -------------------------------------------------------------------------------------------------


def _check_sizes(input: Tensor, target: Tensor, weight: Tensor | None = None) -> None:
    if target.size() != input.size():
        warnings.warn(
            f"Using a target size ({target.size()}) that is different to the input size ({input.size()}). "
            "This will likely lead to incorrect results due to broadcasting. "
            "Please ensure they have the same size.",
            stacklevel=3,
        )
    if weight is not None and weight.size() != input.size():
        raise ValueError("Weights and input must have the same size.")


def _check_error_dtype(input: Tensor, target: Tensor, name: str) -> None:
    if not (input.is_floating_point() or target.is_floating_point()):
        raise NotImplementedError(f"{name} is not implemented for {input.dtype}")


class _Error(torch.autograd.Function):
    """f(x - t) for all places, reduced, and beside it the derivative times dl. Left to autograd, each operation of f
    would pass over memory once more on the way back.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, t: Tensor, f: Any, gradient: Any, reduction: str) -> Tensor:
        ctx.save_for_backward(x, t)
        ctx.gradient, ctx.reduction = gradient, reduction
        return reduced(f(widen(x) - widen(t)), reduction).to(torch.promote_types(x.dtype, t.dtype))

    @staticmethod
    def backward(ctx: Any, dl: Tensor) -> Any:
        x, t = ctx.saved_tensors
        d = widen(x) - widen(t)
        dx = ctx.gradient(d, widen(dl) / d.numel() if ctx.reduction == "mean" else widen(dl))
        dt = (-dx).sum_to_size(t.shape).to(t.dtype) if ctx.needs_input_grad[1] else None
        return dx.sum_to_size(x.shape).to(x.dtype), dt, None, None, None


def l1_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    weight: Tensor | None = None,
) -> Tensor:
    """|x - t| for each value, their sum or their mean, weighted if asked. Like `torch.nn.functional.l1_loss`.

    input (*), target (*), weight (*) or none -> () or, with reduction "none", (*).
    """
    _check_sizes(input, target, weight)
    reduction = old_reduction(size_average, reduce, reduction)
    # l = |x - t|
    loss = (input - target).abs()
    if weight is None:
        return reduced(loss, reduction)
    loss = loss * weight
    return loss.sum() / weight.sum() if reduction == "mean" else reduced(loss, reduction)


class L1Loss(_Loss):
    """l = |x - t|, then the mean, the sum or nothing. Like `torch.nn.L1Loss`.

    input (*), target (*) -> (), or (*) with reduction="none". The gradient is the sign of x - t, 0 at a tie.
    Source: torch.nn.L1Loss.
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return l1_loss(input, target, reduction=self.reduction)


def mse_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    weight: Tensor | None = None,
) -> Tensor:
    """(x - t)² for each value, their sum or their mean, weighted if asked. Like `torch.nn.functional.mse_loss`.

    input (*), target (*), weight (*) or none -> () or, with reduction "none", (*).
    """
    _check_sizes(input, target, weight)
    reduction = old_reduction(size_average, reduce, reduction)
    _check_error_dtype(input, target, "mse_loss")

    # l = d² for d = x - t, and dl/dd = 2d
    def gradient(d: Tensor, dl: Tensor) -> Tensor:
        return d.mul_(2 * dl)

    if weight is None:
        return _Error.apply(input, target, torch.square, gradient, reduction)
    loss = _Error.apply(input, target, torch.square, gradient, "none") * weight
    return loss.sum() / weight.sum() if reduction == "mean" else reduced(loss, reduction)


class MSELoss(_Loss):
    """l = (x - t)², then the mean, the sum or nothing. Like `torch.nn.MSELoss`.

    input (*), target (*) -> (), or (*) with reduction="none". Source: torch.nn.MSELoss.
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return mse_loss(input, target, reduction=self.reduction)


def _huber(x: Tensor, t: Tensor, delta: float, scale: float, reduction: str) -> Tensor:
    """The Huber error times `scale`, reduced."""

    # With c = d cut off at ±δ: l = c (d - c / 2), which is d² / 2 up to δ and δ (|d| - δ / 2) beyond; dl/dd = c.
    def value(d: Tensor) -> Tensor:
        c = d.clamp(-delta, delta)
        loss = d.sub_(c, alpha=0.5).mul_(c)
        return loss if scale == 1 else loss.mul_(scale)

    def gradient(d: Tensor, dl: Tensor) -> Tensor:
        return d.clamp_(-delta, delta).mul_(dl * scale)

    return _Error.apply(x, t, value, gradient, reduction)


def huber_loss(
    input: Tensor, target: Tensor, reduction: str = "mean", delta: float = 1.0, weight: Tensor | None = None
) -> Tensor:
    """d² / 2 where |d| < δ, else δ (|d| - δ / 2), for d = x - t. Like `torch.nn.functional.huber_loss`.

    input (*), target (*), weight (*) or none -> () or, with reduction "none", (*). Its mean is not over weights.
    """
    _check_sizes(input, target, weight)
    if delta <= 0:
        raise RuntimeError("huber_loss does not support non-positive values for delta.")
    _check_error_dtype(input, target, "huber_loss")
    if weight is None:
        return _huber(input, target, delta, 1, reduction)
    return reduced(_huber(input, target, delta, 1, "none") * weight, reduction)


class HuberLoss(_Loss):
    """l = d² / 2 where |d| < δ, else δ (|d| - δ / 2), for d = x - t. Like `torch.nn.HuberLoss`.

    Squared near the target, straight further away, so that no outlier pulls harder than δ.
    input (*), target (*) -> (), or (*) with reduction="none". Source: torch.nn.HuberLoss; Huber, 1964.
    """

    def __init__(self, reduction: str = "mean", delta: float = 1.0) -> None:
        if not isinstance(delta, float | int):
            raise TypeError(f"delta must be a float or int, got: {type(delta)}")
        super().__init__(reduction=reduction)
        self.delta = delta

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return huber_loss(input, target, self.reduction, self.delta)


def smooth_l1_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    beta: float = 1.0,
) -> Tensor:
    """d² / (2β) where |d| < β, else |d| - β / 2, for d = x - t. Like `torch.nn.functional.smooth_l1_loss`.

    input (*), target (*) -> () or, with reduction "none", (*).
    """
    _check_sizes(input, target)
    reduction = old_reduction(size_average, reduce, reduction)
    if beta < 0:
        raise RuntimeError("smooth_l1_loss does not support negative values for beta.")
    if beta == 0:
        return reduced((input - target).abs(), reduction)
    _check_error_dtype(input, target, "smooth_l1_loss")
    # l = huber(d; β) / β
    return _huber(input, target, beta, 1 / beta, reduction)


class SmoothL1Loss(_Loss):
    """l = d² / (2β) where |d| < β, else |d| - β / 2, for d = x - t. Like `torch.nn.SmoothL1Loss`.

    HuberLoss divided by its δ: the slope far away is 1 for any β, and β = 0 gives L1Loss.
    input (*), target (*) -> (), or (*) with reduction="none". Source: torch.nn.SmoothL1Loss; arXiv 1504.08083.
    """

    def __init__(
        self,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
        beta: float = 1.0,
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.beta = beta

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return smooth_l1_loss(input, target, reduction=self.reduction, beta=self.beta)


# Yes or no ------------------------------------------------------------------------------------------------------------


class _BinaryCrossEntropy(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, p: Tensor, t: Tensor) -> Tensor:
        ctx.save_for_backward(p, t)
        # l = -(t log p + (1 - t) log(1 - p)), where no logarithm is below -100: a sure mistake costs 100, not inf
        q = widen(p)
        log_p, log_not_p = q.log().clamp_(min=-100), (-q).log1p_().clamp_(min=-100)
        return log_not_p.mul_(t - 1).sub_(log_p.mul_(t)).to(p.dtype)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Any:
        p, t = ctx.saved_tensors
        # dl/dp = (p - t) / (p (1 - p)), nowhere divided by 0. Autograd would stop at the cut of the logarithms.
        dp = (p - t).mul_(grad).div_((1 - p).mul_(p).clamp_(min=1e-12)) if ctx.needs_input_grad[0] else None
        # dl/dt = log(1 - p) - log p
        dt = grad * ((1 - p).log() - p.log()) if ctx.needs_input_grad[1] else None
        return dp, dt


def binary_cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """-w (t log p + (1 - t) log(1 - p)). Like `torch.nn.functional.binary_cross_entropy`.

    input (*) of probabilities, target (*), weight that expands to (*) or none -> () or, with reduction "none", (*).
    """
    reduction = old_reduction(size_average, reduce, reduction)
    if target.size() != input.size():
        raise ValueError(f"Using a target size ({target.size()}) that is not the input size ({input.size()})")
    for other in (target, weight):
        if other is not None and other.dtype != input.dtype:
            raise RuntimeError(f"Found dtype {other.dtype} but expected {input.dtype}")
    if weight is not None:
        weight = weight.expand(torch.broadcast_shapes(target.size(), weight.size()))
    _check_probabilities(input)
    loss = _BinaryCrossEntropy.apply(input, target)
    return reduced(loss if weight is None else loss * weight, reduction)


def _check_probabilities(p: Tensor) -> None:
    # Looking at values would stop a GPU, and cut a compiled graph in two.
    if p.device.type == "cpu" and not torch.compiler.is_compiling() and not ((p >= 0) & (p <= 1)).all():
        raise RuntimeError("all elements of input should be between 0 and 1")


class BCELoss(_WeightedLoss):
    """l = -w (t log p + (1 - t) log(1 - p)) for probabilities p, then the mean, sum or nothing.

    Like `torch.nn.BCELoss`. input (*), target (*), each in [0, 1], weight that expands to (*) -> (), or (*) with
    reduction="none". Logarithms are cut off at -100. Source: torch.nn.BCELoss.
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return binary_cross_entropy(input, target, weight=self.weight, reduction=self.reduction)


class _LogitCost(torch.autograd.Function):
    """-(t log σ(x) + (1 - t) log(1 - σ(x))) for scores x, without σ(x)."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, t: Tensor) -> Tensor:
        ctx.save_for_backward(x, t)
        # l = max(x, 0) - t x + log(1 + e^-|x|): e to the power of nothing positive
        z = widen(x)
        # The first two cancel for a sure hit, and only the small third is left: so they come first.
        loss = z.clamp(min=0).sub_(z * t).add_(z.abs().neg_().exp_().log1p_())
        return loss.to(torch.promote_types(x.dtype, t.dtype))

    @staticmethod
    def backward(ctx: Any, dl: Tensor) -> Any:
        x, t = ctx.saved_tensors
        # dl/dx = σ(x) - t and dl/dt = -x
        dx = (sigmoid(x) - t).mul_(dl) if ctx.needs_input_grad[0] else None
        return dx, -x * dl if ctx.needs_input_grad[1] else None


def binary_cross_entropy_with_logits(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    pos_weight: Tensor | None = None,
) -> Tensor:
    """binary_cross_entropy of sigmoid(x). Like `torch.nn.functional.binary_cross_entropy_with_logits`.

    input (*) of any real numbers, target (*), weight and pos_weight that broadcast to (*) or none
    -> () or, with reduction "none", (*).
    """
    reduction = old_reduction(size_average, reduce, reduction)
    if target.size() != input.size():
        raise ValueError(f"Target size ({target.size()}) must be the same as input size ({input.size()})")
    loss = _LogitCost.apply(input, target)
    if pos_weight is not None:
        # What t = 1 costs, -t log σ(x), counts pos_weight times.
        loss = loss - (pos_weight - 1) * target * logsigmoid(input)
    return reduced(loss if weight is None else loss * weight, reduction)


class BCEWithLogitsLoss(_Loss):
    """l = -w (a t log σ(x) + (1 - t) log(1 - σ(x))) for raw scores x, then the mean, sum or nothing.

    Like `torch.nn.BCEWithLogitsLoss`. input (*), target (*) in [0, 1] -> (), or (*) with reduction="none".
    weight w and pos_weight a broadcast to (*); a > 1 makes missing a positive dearer. Exact for scores of any size,
    where BCELoss of a sigmoid would meet log 0. Source: torch.nn.BCEWithLogitsLoss.
    """

    weight: Tensor | None
    pos_weight: Tensor | None

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
        pos_weight: Tensor | None = None,
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.register_buffer("weight", weight)
        self.register_buffer("pos_weight", pos_weight)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        options = {"reduction": self.reduction, "pos_weight": self.pos_weight}
        return binary_cross_entropy_with_logits(input, target, self.weight, **options)  # type: ignore[arg-type]


# Distributions --------------------------------------------------------------------------------------------------------


def kl_div(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    log_target: bool = False,
) -> Tensor:
    """t (log t - x), x being log-probabilities. Like `torch.nn.functional.kl_div`.

    input (*), target (*), of logarithms too if log_target -> () or, with reduction "none", (*).
    """
    if size_average is not None or reduce is not None:
        reduction = old_reduction(size_average, reduce, reduction)
    elif reduction == "mean":
        warnings.warn(
            "reduction: 'mean' divides the total loss by both the batch size and the support size. "
            "'batchmean' divides only by the batch size, and aligns with the KL div math definition. "
            "'mean' will be changed to behave the same as 'batchmean' in the next major release.",
            stacklevel=2,
        )
    # l = t (log t - x), where t log t is 0 for t = 0; from u = log t: l = e^u (u - x)
    loss = target.exp() * (target - input) if log_target else torch.xlogy(target, target) - target * input
    if reduction == "batchmean":
        return loss.sum() / input.size(0) if input.dim() else loss
    return reduced(loss, reduction)


class KLDivLoss(_Loss):
    """l = t (log t - x) for log-probabilities x, then the mean, sum, batch mean or nothing. Like `torch.nn.KLDivLoss`.

    input (*), target (*) -> (), or (*) with reduction="none". log_target=True says that t is given as its logarithm.
    Only reduction="batchmean", Σ l / N, is the divergence of distributions: "mean" divides by the classes, too.

    Source: torch.nn.KLDivLoss; Kullback and Leibler, 1951.
    """

    def __init__(
        self,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
        log_target: bool = False,
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.log_target = log_target

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return kl_div(input, target, reduction=self.reduction, log_target=self.log_target)


def poisson_nll_loss(
    input: Tensor,
    target: Tensor,
    log_input: bool = True,
    full: bool = False,
    size_average: bool | None = None,
    eps: float = 1e-08,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """λ - t log λ, with input = log λ or, without log_input, λ. Like `torch.nn.functional.poisson_nll_loss`.

    input (*), target (*) of counts -> () or, with reduction "none", (*).
    """
    reduction = old_reduction(size_average, reduce, reduction)
    # -log p(t; λ) = λ - t log λ + log t!
    loss = input.exp() - target * input if log_input else input - target * (input + eps).log()
    if full:
        # Stirling: log t! ≈ t log t - t + log(2πt) / 2, asked of t > 1 only
        stirling = target * target.log() - target + 0.5 * (2 * math.pi * target).log()
        loss = loss + stirling.masked_fill(target <= 1, 0)
    return reduced(loss, reduction)


class PoissonNLLLoss(_Loss):
    """l = e^x - t x: -log of the Poisson probability of count t at rate e^x, without log t!.

    Like `torch.nn.PoissonNLLLoss`.

    input (*), target (*) -> (), or (*) with reduction="none". log_input=False takes the rate itself, with eps against
    log 0; full=True adds Stirling's log t!. Source: torch.nn.PoissonNLLLoss.
    """

    def __init__(
        self,
        log_input: bool = True,
        full: bool = False,
        size_average: bool | None = None,
        eps: float = 1e-08,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.log_input, self.full, self.eps = log_input, full, eps

    def forward(self, log_input: Tensor, target: Tensor) -> Tensor:
        return poisson_nll_loss(log_input, target, self.log_input, self.full, eps=self.eps, reduction=self.reduction)


def gaussian_nll_loss(
    input: Tensor,
    target: Tensor,
    var: Tensor | float,
    full: bool = False,
    eps: float = 1e-06,
    reduction: str = "mean",
) -> Tensor:
    """(log σ² + (x - t)² / σ²) / 2, with σ² = var. Like `torch.nn.functional.gaussian_nll_loss`.

    input (*), target (*), var (*), or (*) with its last dimension 1 or missing, or a number
    -> () or, with reduction "none", (*).
    """
    var = _checked_variance(input, var)
    # A variance below ε counts as ε, but has the gradient of one that does not: its constant shift is no part of it.
    var = var + (var.clamp(min=eps) - var).detach()
    # -log N(t; x, σ²) = (log σ² + (x - t)² / σ² + log 2π) / 2
    loss = 0.5 * (var.log() + (input - target) ** 2 / var)
    if full:
        loss = loss + 0.5 * math.log(2 * math.pi)
    return reduced(loss, reduction)


def _checked_variance(input: Tensor, var: Tensor | float) -> Tensor:
    if isinstance(var, float):
        if var < 0:
            raise ValueError("var has negative entry/entries")
        return torch.full_like(input, var)
    if not torch.compiler.is_compiling() and (var < 0).any():
        raise ValueError("var has negative entry/entries")
    if var.size() == input.size():
        return var
    if var.size() == input.size()[:-1]:
        return var.unsqueeze(-1)
    differing = [v for i, v in zip(input.size(), var.size(), strict=False) if i != v]
    if input.dim() != var.dim() or sum(differing) != 1:
        raise ValueError("var is of incorrect size")
    return var


class GaussianNLLLoss(_Loss):
    """l = (log σ² + (x - t)² / σ²) / 2: -log of the normal density of t at mean x and variance σ².

    Like `torch.nn.GaussianNLLLoss`.

    input (*), target (*), var as in `gaussian_nll_loss` -> (), or (*) with reduction="none". A variance below eps
    counts as eps; full=True adds the constant log(2π) / 2. Source: torch.nn.GaussianNLLLoss; Nix and Weigend, 1994.
    """

    def __init__(self, *, full: bool = False, eps: float = 1e-06, reduction: str = "mean") -> None:
        super().__init__(None, None, reduction)
        self.full, self.eps = full, eps

    def forward(self, input: Tensor, target: Tensor, var: Tensor | float) -> Tensor:
        return gaussian_nll_loss(input, target, var, self.full, self.eps, self.reduction)
