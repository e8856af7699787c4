"""Losses: MSELoss, NLLLoss, CrossEntropyLoss."""

import warnings

import torch
from torch import Tensor

from nnbook.nn.activation import log_softmax
from nnbook.nn.module import Module

__all__ = ["CrossEntropyLoss", "MSELoss", "NLLLoss"]

# What losses share ----------------------------------------------------------------------------------------------------


def _reduction(size_average: bool | None, reduce: bool | None, reduction: str) -> str:
    """Translates the two deprecated flags, which outrank `reduction` where they are given."""
    if size_average is None and reduce is None:
        return reduction
    reduction = "none" if reduce is False else "sum" if size_average is False else "mean"
    warnings.warn(
        f"size_average and reduce args will be deprecated, please use reduction='{reduction}' instead.", stacklevel=3
    )
    return reduction


def _check_reduction(reduction: str) -> None:
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"{reduction} is not a valid value for reduction")


class _Loss(Module):
    def __init__(self, size_average: bool | None = None, reduce: bool | None = None, reduction: str = "mean") -> None:
        super().__init__()
        self.reduction = _reduction(size_average, reduce, reduction)


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


# Squared error --------------------------------------------------------------------------------------------------------


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
    if target.size() != input.size():
        warnings.warn(
            f"Using a target size ({target.size()}) that is different to the input size ({input.size()}). "
            "This will likely lead to incorrect results due to broadcasting. "
            "Please ensure they have the same size.",
            stacklevel=2,
        )
    reduction = _reduction(size_average, reduce, reduction)
    _check_reduction(reduction)
    if weight is not None and weight.size() != input.size():
        raise ValueError("Weights and input must have the same size.")
    # l = (x - t)²
    loss = (input - target) ** 2
    if not (loss.is_floating_point() or loss.is_complex()):
        raise NotImplementedError(f"mse_loss is not implemented for {loss.dtype}")
    if weight is not None:
        loss = loss * weight
    if reduction == "none":
        return loss
    if reduction == "sum":
        return loss.sum()
    return loss.mean() if weight is None else loss.sum() / weight.sum()


class MSELoss(_Loss):
    """l = (x - t)², then the mean, the sum or nothing. Like `torch.nn.MSELoss`.

    input (*), target (*) -> (), or (*) with reduction="none". Source: torch.nn.MSELoss.
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return mse_loss(input, target, reduction=self.reduction)


# Negative log likelihood ----------------------------------------------------------------------------------------------


def nll_loss(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """-w[t] · x[t], x being log-probabilities. Like `torch.nn.functional.nll_loss`.

    input (N, C, *) or (C), target (N, *) or () of class numbers, weight (C) -> (), or target's shape if not reduced.
    """
    reduction = _reduction(size_average, reduce, reduction)
    _check_reduction(reduction)
    _check_classes(input, target, weight)
    if input.dim() == 1:
        loss = nll_loss(input.unsqueeze(0), target.reshape(1), weight, None, ignore_index, None, reduction)
        return loss.squeeze()

    target = target.long()
    kept = target != ignore_index
    outside = kept & ((target < 0) | (target >= input.size(1)))
    # On a GPU the answer would have to be waited for; there gather itself stops the program.
    if target.device.type == "cpu" and outside.any():
        raise IndexError(f"Target {target[outside][0].item()} is out of bounds.")

    # l = -w[t] x[t], and 0 for targets to ignore, which look up class 0 in the meantime
    target = torch.where(kept, target, 0)
    loss = -input.gather(1, target.unsqueeze(1)).squeeze(1)
    w = torch.ones_like(loss) if weight is None else weight[target]
    loss = torch.where(kept, loss * w, 0)
    if reduction == "none":
        return loss
    if reduction == "sum":
        return loss.sum()
    # mean = Σ l / Σ w[t], over targets that count; if none does, 0 / 0
    return loss.sum() / torch.where(kept, w, 0).sum()


def _check_classes(input: Tensor, target: Tensor, weight: Tensor | None) -> None:
    """Refuses input, class numbers and weights that do not fit each other, with torch's kinds of error."""
    if not isinstance(input, Tensor) or not isinstance(target, Tensor):
        raise TypeError("nll_loss(): arguments 'input' and 'target' must be Tensor")
    if input.dim() == 0:
        raise ValueError("Expected 1 or more dimensions (got 0)")
    if input.dim() == 1:
        if target.dim() > 0 and target.size(0) != 1:
            raise ValueError(f"For 1D input, 1D target must have size 1, but got target size: {target.size(0)}")
        expected = target.shape if target.numel() == 1 else torch.Size([])
    else:
        batch = target.size(0) if target.dim() else 0
        if input.size(0) != batch:
            raise ValueError(f"Expected input batch_size ({input.size(0)}) to match target batch_size ({batch}).")
        expected = input.shape[:1] + input.shape[2:]
    if target.shape != expected:
        raise RuntimeError(f"Expected target size {[*expected]}, got {[*target.shape]}")
    if target.dtype != torch.int64 and (target.dtype != torch.uint8 or input.dim() > 2):
        raise RuntimeError(f"expected target dtype to be Long or Byte, but got {target.dtype}")
    _check_weight(input, weight)


def _check_weight(input: Tensor, weight: Tensor | None) -> None:
    classes = input.size(min(input.dim() - 1, 1))
    if weight is not None and tuple(weight.shape) != (classes,):
        raise RuntimeError(
            f"weight tensor should be defined either for all {classes} classes or no classes "
            f"but got weight tensor of shape: {[*weight.shape]}"
        )
    if weight is not None and weight.dtype != input.dtype:
        raise RuntimeError(f"expected weight of dtype {input.dtype} but got {weight.dtype}")


class NLLLoss(_WeightedLoss):
    """l = -w[t] · x[t] for log-probabilities x, then Σ l / Σ w[t], Σ l or nothing. Like `torch.nn.NLLLoss`.

    input (N, C, *) or (C), target (N, *) or () of class numbers -> (), or target's shape with reduction="none".
    weight (C) makes classes count differently; targets equal to ignore_index count for nothing.

    Source: torch.nn.NLLLoss.
    """

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        ignore_index: int = -100,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction)
        self.ignore_index = ignore_index

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return nll_loss(input, target, self.weight, None, self.ignore_index, None, self.reduction)


# Cross entropy --------------------------------------------------------------------------------------------------------


def cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Tensor:
    """log_softmax, then nll_loss: l = -w[t] · log softmax(x)[t]. Like `torch.nn.functional.cross_entropy`.

    input (N, C, *) or (C); target (N, *) or () of class numbers, or input's shape of class probabilities; weight (C)
    -> (), or, not reduced, input's shape without C.
    """
    reduction = _reduction(size_average, reduce, reduction)
    _check_reduction(reduction)
    if not isinstance(input, Tensor) or not isinstance(target, Tensor):
        raise TypeError("cross_entropy(): arguments 'input' and 'target' must be Tensor")
    if label_smoothing > 1:
        raise RuntimeError(f"label_smoothing must be between 0.0 and 1.0. Got: {label_smoothing}")
    if input.shape == target.shape:
        return _cross_entropy_of_probabilities(input, target, weight, ignore_index, reduction, label_smoothing)

    # l = -w[t] log softmax(x)[t]
    log_p = log_softmax(input, min(input.dim() - 1, 1))
    loss = nll_loss(log_p, target, weight, None, ignore_index, None, reduction)
    if label_smoothing <= 0:
        return loss

    # Smoothed, the target is (1 - ε) · one-hot(t) + ε / C · (1, ..., 1), and the loss is linear in the target.
    kept = target != ignore_index
    everywhere = torch.where(kept, _sum_of_classes(log_p, weight), 0)
    if reduction != "none":
        everywhere = everywhere.sum()
    if reduction == "mean":
        everywhere = everywhere / (kept.sum() if weight is None else weight[target.long()[kept]].sum())
    return (1 - label_smoothing) * loss + label_smoothing / log_p.size(min(log_p.dim() - 1, 1)) * everywhere


def _cross_entropy_of_probabilities(
    input: Tensor, target: Tensor, weight: Tensor | None, ignore_index: int, reduction: str, smoothing: float
) -> Tensor:
    if not target.is_floating_point():
        raise RuntimeError(f"Expected floating point type for target with class probabilities, got {target.dtype}")
    if ignore_index >= 0:
        raise RuntimeError("ignore_index is not supported for floating point target")
    _check_weight(input, weight)
    dim = 0 if input.dim() == 1 else 1
    classes = input.size(dim)
    if smoothing > 0:
        target = (1 - smoothing) * target + smoothing / classes
    # l = -Σ_c w_c t_c log softmax(x)_c
    loss = _sum_of_classes(log_softmax(input, dim) * target, weight)
    if reduction == "none":
        return loss
    # The mean is over places, not over weights.
    return loss.sum() if reduction == "sum" else loss.sum() / loss.numel()


def _sum_of_classes(x: Tensor, weight: Tensor | None) -> Tensor:
    """-Σ_c w_c x_c, C being dimension 1, or 0 if there is no other."""
    dim = 0 if x.dim() == 1 else 1
    return -(x if weight is None else x * weight.view(-1, *[1] * (x.dim() - dim - 1))).sum(dim)


class CrossEntropyLoss(_WeightedLoss):
    """l = -w[t] · log softmax(x)[t] for raw scores x; then Σ l / Σ w[t], Σ l or nothing.

    Like `torch.nn.CrossEntropyLoss`.

    input (N, C, *) or (C); target (N, *) or () of class numbers, or input's shape of class probabilities
    -> (), or input's shape without C with reduction="none". weight (C) makes classes count differently; class numbers
    equal to ignore_index count for nothing; label_smoothing ε moves the target by ε towards all classes alike.

    Source: torch.nn.CrossEntropyLoss; label smoothing: Szegedy et al., arXiv 1512.00567.
    """

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        ignore_index: int = -100,
        reduce: bool | None = None,
        reduction: str = "mean",
        label_smoothing: float = 0.0,
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction)
        self.ignore_index = ignore_index
        self.label_smoothing = label_smoothing

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        options = (self.ignore_index, None, self.reduction, self.label_smoothing)
        return cross_entropy(input, target, self.weight, None, *options)
