"""Losses over classes: NLLLoss, CrossEntropyLoss and LinearCrossEntropyLoss."""

import math
import warnings
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from nnbook.nn.linear import Linear, linear
from nnbook.nn.loss import _WeightedLoss, check_reduction, old_reduction, reduced
from nnbook.nn.pointwise import widen
from nnbook.nn.softmax import log_softmax

__all__ = ["CrossEntropyLoss", "LinearCrossEntropyLoss", "LinearCrossEntropyOptions", "NLLLoss"]

# Negative log likelihood ----------------------------------------------------------------------------------------------


def _total(loss: Tensor, kept: Tensor, w: Tensor | None, reduction: str) -> tuple[Tensor, Tensor | None]:
    """Rows' losses (N, 1, *) weighted by w, without those not kept, reduced; and the sum of weights, for a mean."""
    loss = torch.where(kept, loss if w is None else loss * w, 0)
    if reduction != "mean":
        return loss.sum() if reduction == "sum" else loss.squeeze(1), None
    # mean = Σ l / Σ w[t] over targets that count; if none does, 0 / 0
    share = (kept if w is None else torch.where(kept, w, 0)).sum(dtype=loss.dtype)
    return loss.sum() / share, share


def _of_rows(dl: Tensor, kept: Tensor, w: Tensor | None, share: Tensor | None, reduction: str) -> Tensor:
    """The way back through `_total`: dl for each row, (N, 1, *)."""
    dl = dl if reduction == "sum" else dl.unsqueeze(1) if share is None else dl / share
    return torch.where(kept, dl if w is None else dl * w, 0)


class _NegativeLogLikelihood(torch.autograd.Function):
    """One step for autograd, which by itself would take ten for N numbers of N · C."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, target: Tensor, weight: Tensor | None, ignore_index: int, reduction: str) -> Any:
        kept = (target != ignore_index).unsqueeze(1)
        # l = -w[t] x[t], and 0 for targets to ignore, which look up class 0 in the meantime
        index = torch.where(kept, target.unsqueeze(1), 0)
        w = None if weight is None else weight[index]
        loss, share = _total(-_pick(x, index), kept, w, reduction)
        ctx.save_for_backward(kept, index, w, share)
        ctx.shape, ctx.reduction = x.shape, reduction
        return loss

    @staticmethod
    def backward(ctx: Any, dl: Tensor) -> Any:
        kept, index, w, share = ctx.saved_tensors
        # dl/dx[t] = -w[t], and no other class has any
        dl = _of_rows(dl, kept, w, share, ctx.reduction)
        return dl.new_zeros(ctx.shape).scatter_(1, index, -dl), None, None, None, None


def _pick(x: Tensor, index: Tensor) -> Tensor:
    """x[n, index[n]]; on the CPU a number beyond the classes is an IndexError, on a GPU it stops the program."""
    try:
        return x.gather(1, index)
    except RuntimeError as error:
        if "out of bounds" not in str(error):
            raise
        raise IndexError(f"Target out of bounds: {error}") from error


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
    reduction = old_reduction(size_average, reduce, reduction)
    _check_classes(input, target, weight)
    check_reduction(reduction)
    if input.dim() == 1:
        return nll_loss(input[None], target.view(1), weight, None, ignore_index, None, reduction).squeeze()
    return _NegativeLogLikelihood.apply(input, target.long(), weight, ignore_index, reduction)


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
    reduction = old_reduction(size_average, reduce, reduction)
    if not isinstance(input, Tensor) or not isinstance(target, Tensor):
        raise TypeError("cross_entropy(): arguments 'input' and 'target' must be Tensor")
    if label_smoothing > 1:
        raise RuntimeError(f"label_smoothing must be between 0.0 and 1.0. Got: {label_smoothing}")
    if input.shape == target.shape:
        return _cross_entropy_of_probabilities(input, target, weight, ignore_index, reduction, label_smoothing)
    if label_smoothing <= 0 and input.dim() > 1 and input.is_floating_point() and input.numel():
        return _fast_cross_entropy(input, target, weight, ignore_index, reduction)

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
        w = kept if weight is None else torch.where(kept, weight[torch.where(kept, target, 0).long()], 0)
        everywhere = everywhere / w.sum()
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
    if smoothing > 0:
        target = (1 - smoothing) * target + smoothing / input.size(dim)
    # l = -Σ_c w_c t_c log softmax(x)_c; the mean is over places, not over weights
    loss = _sum_of_classes(log_softmax(input, dim) * target, weight)
    return loss.sum() / loss.numel() if reduction == "mean" else reduced(loss, reduction)


def _sum_of_classes(x: Tensor, weight: Tensor | None) -> Tensor:
    """-Σ_c w_c x_c, C being dimension 1, or 0 if there is no other."""
    dim = 0 if x.dim() == 1 else 1
    return -(x if weight is None else x * weight.view(-1, *[1] * (x.dim() - dim - 1))).sum(dim)


class _CrossEntropy(torch.autograd.Function):
    """nll_loss(log_softmax(x), t) in one step: the same numbers in a third to three quarters of the time.

    softmax(x) is a second result: its own derivative is known here too, so that everything can be derived again.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, target: Tensor, weight: Tensor | None, ignore_index: int, reduction: str) -> Any:
        kept = (target != ignore_index).unsqueeze(1)
        index = torch.where(kept, target.unsqueeze(1), 0)
        # softmax(x) = e^z / Σ e^z with z = x - max x, and l = -w[t] log softmax(x)[t] = w[t] (log Σ e^z - z[t])
        z = widen(x)
        z = z - z.amax(1, keepdim=True)
        of_target = _pick(z, index)
        p = z.exp_()
        total = p.sum(1, keepdim=True)
        p = p.div_(total).to(x.dtype)
        w = None if weight is None else weight[index]
        loss, share = _total(total.log_().sub_(of_target), kept, w, reduction)
        ctx.save_for_backward(p, kept, index, w, share)
        ctx.set_materialize_grads(False)
        ctx.reduction = reduction
        return loss.to(x.dtype), p

    @staticmethod
    def backward(ctx: Any, dl: Any, dp: Any) -> Any:
        p, kept, index, w, share = ctx.saved_tensors
        dx = None
        if dl is not None:
            # dx = w[t] (softmax(x) - one-hot(t)) dl
            dl = _of_rows(dl, kept, w, share, ctx.reduction).to(p.dtype)
            dx = (p * dl).scatter_add_(1, index, -dl)
        if dp is not None:
            through_p = p * (dp - (p * dp).sum(1, keepdim=True))
            dx = through_p if dx is None else dx + through_p
        return dx, None, None, None, None


def _fast_cross_entropy(
    input: Tensor, target: Tensor, weight: Tensor | None, ignore_index: int, reduction: str
) -> Tensor:
    _check_classes(input, target, weight)
    check_reduction(reduction)
    return _CrossEntropy.apply(input, target.long(), weight, ignore_index, reduction)[0]


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


# A linear layer and its cross entropy, without keeping all scores at once ---------------------------------------------


@dataclass(slots=True, frozen=True)
class LinearCrossEntropyOptions:
    """How LinearCrossEntropyLoss cuts its batch into chunks. Like `torch.nn.LinearCrossEntropyOptions`.

    batch_chunk_size rows at a time, or as many as chunking_method "aspect_ratio:k" finds: the scores of a chunk then
    take 1/k of the input's memory. acc_dtype is the dtype of the arithmetic; here, every acc_policy uses it throughout.
    allow_retain_graph keeps the gradients for another backward.
    """

    allow_retain_graph: bool = False
    batch_chunk_size: int | None = None
    chunking_method: str | None = "auto"
    acc_policy: str = "auto"
    acc_dtype: torch.dtype | None = None

    def __post_init__(self) -> None:
        if self.acc_policy not in ("auto", "accurate", "balanced", "compact"):
            raise ValueError(f"invalid acc_policy: {self.acc_policy!r}")
        if self.chunking_method not in (None, "auto"):
            name, colon, factor = str(self.chunking_method).partition(":")
            if name != "aspect_ratio" or (colon and not (factor.isdigit() and int(factor) > 0)):
                raise ValueError(f"invalid chunking_method: {self.chunking_method!r}")
        size = self.batch_chunk_size
        if size is not None and not (isinstance(size, int) and size > 0):
            raise ValueError(f"batch_chunk_size must be positive int or None, got {size!r}")
        if self.acc_dtype not in (None, torch.float16, torch.bfloat16, torch.float32, torch.float64):
            raise ValueError(f"acc_dtype must be None or a floating dtype, got {self.acc_dtype!r}")


def _chunk_rows(options: Any, input: Tensor, classes: int) -> int:
    """How many rows a chunk has."""
    n, features = input.shape
    size, method = options.batch_chunk_size, options.chunking_method
    if method == "auto":
        half_on_cpu = input.device.type == "cpu" and input.dtype in (torch.float16, torch.bfloat16)
        method = None if size is not None else "aspect_ratio" if half_on_cpu else "aspect_ratio:2"
    if method is None:
        return max(1, n if size is None else min(size, n))
    # rows · classes ≈ n · features: scores of a chunk as large as the input; up to a power of two, then / k
    rows = math.ceil(n / math.ceil(classes / features))
    rows = min(2 ** (rows - 1).bit_length() // int(method.partition(":")[2] or 1), n)
    if size is not None and size != rows:
        raise ValueError(f"batch_chunk_size={size} and chunking_method={method!r}, which gives {rows}: pass only one.")
    return max(1, rows)


def _sweep(
    x: Tensor, weight: Tensor, bias: Tensor | None, target: Tensor, r: Tensor, rows: int, needs: Any, dtype: torch.dtype
) -> tuple[Tensor, list[Tensor | None]]:
    """l_n for every row n, and the gradients of Σ r_n l_n by x, weight and bias, with one chunk of scores at a time."""
    loss = r.new_empty(len(x))
    w = weight.to(dtype)
    dx = torch.empty_like(x) if needs[0] else None
    dw, db = (torch.zeros_like(p, dtype=dtype) if n else None for p, n in zip((w, w[:, 0]), needs[1:], strict=True))
    for start in range(0, len(x), rows):
        chunk = slice(start, start + rows)
        xs, t, rs = x[chunk].to(dtype), target[chunk].unsqueeze(1), r[chunk].unsqueeze(1)
        # scores z = x W^T + b, shifted by their maximum; l = log Σ e^z - z[t]
        z = xs @ w.T if bias is None else torch.addmm(bias.to(dtype), xs, w.T)
        z.sub_(z.amax(1, keepdim=True))
        of_target = _pick(z, t)
        total = z.exp_().sum(1, keepdim=True)
        loss[chunk] = (total.log() - of_target).squeeze(1)
        if any(needs):
            # dz = r (softmax(z) - one-hot(t)); dx = dz W, dW = Σ dz^T x, db = Σ dz
            dz = z.mul_(rs / total).scatter_add_(1, t, -rs)
            if dx is not None:
                dx[chunk] = (dz @ w).to(dx.dtype)
            if dw is not None:
                dw.addmm_(dz.T, xs)
            if db is not None:
                db += dz.sum(0)
    return loss, [dx, None if dw is None else dw.to(weight.dtype), None if db is None else db.to(weight.dtype)]


class _ChunkedCrossEntropy(torch.autograd.Function):
    """A scalar loss finds its gradients on the way forward, while the scores are there, and backward scales them.

    Unreduced losses do not know their rows' shares by then: they go through the chunks once more. As in torch, the
    gradients count as constants.
    """

    @staticmethod
    def forward(ctx: Any, x: Any, weight: Any, bias: Any, target: Any, w: Any, scalar: bool, options: Any) -> Any:
        rows, dtype, ctx.again = options
        needs = ctx.needs_input_grad[:3]
        loss, grads = _sweep(x, weight, bias, target, w, rows, needs if scalar else [False] * 3, dtype)
        ctx.rows, ctx.dtype, ctx.scalar = rows, dtype, scalar
        ctx.save_for_backward(*(grads if scalar else (x, weight, bias, target, w)))
        loss = torch.where(w == 0, 0, loss * w)
        return (loss.sum() if scalar else loss).to(x.dtype)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, dl: Tensor) -> Any:
        if not ctx.scalar:
            x, weight, bias, target, w = ctx.saved_tensors
            grads = _sweep(x, weight, bias, target, w * dl, ctx.rows, ctx.needs_input_grad[:3], ctx.dtype)[1]
        elif ctx.again:
            grads = [g if g is None else g * dl for g in ctx.saved_tensors]
        else:
            # In place: a second backward meets changed tensors, and autograd refuses it.
            grads = [g if g is None else g.mul_(dl) for g in ctx.saved_tensors]
        return *grads, None, None, None, None


def linear_cross_entropy(
    input: Tensor,
    linear_weight: Tensor,
    target: Tensor,
    *,
    linear_bias: Tensor | None = None,
    weight: Tensor | None = None,
    reduction: str = "mean",
    ignore_index: int | None = None,
    label_smoothing: float = 0.0,
    options: LinearCrossEntropyOptions | None = None,
) -> Tensor:
    """cross_entropy(linear(x, W, b), target). Like `torch.nn.functional.linear_cross_entropy`.

    input (N, F) or (F), linear_weight (C, *, F), linear_bias (C, *), target as for scores (N, C, *) or (C).
    With `options` the scores of class numbers are made and used up chunk by chunk, and never kept.
    """
    scores = _checked_scores(input, linear_weight, linear_bias)
    if target.shape == scores and ignore_index is not None:
        raise RuntimeError("ignore_index cannot be specified when target contains probabilities")
    ignore_index = -100 if ignore_index is None else ignore_index
    if options is not None:
        whole = linear_weight.dim() > 2 or label_smoothing != 0 or target.dtype != torch.int64
        if not whole and reduction in ("mean", "sum", "none"):
            return _chunked(input, linear_weight, linear_bias, target, weight, ignore_index, reduction, options)
        warnings.warn("linear_cross_entropy: `options` ignored; not possible with these arguments", stacklevel=2)
    # z = x W^T + b, with as many rows of W and b as classes and places together
    logits = linear(input, linear_weight.flatten(0, -2), None if linear_bias is None else linear_bias.flatten())
    options_of_loss = (None, ignore_index, None, reduction, label_smoothing)
    return cross_entropy(logits.reshape(scores), target, weight, *options_of_loss)


def _chunked(
    x: Tensor, w: Tensor, b: Tensor | None, t: Tensor, class_weight: Tensor | None, ignore: int, how: str, options: Any
) -> Tensor:
    if x.dim() == 1:
        return _chunked(x.unsqueeze(0), w, b, t.unsqueeze(0), class_weight, ignore, how, options).squeeze(0)
    half = x.dtype in (torch.float16, torch.bfloat16)
    wide = widen(x[:0]).dtype if options.acc_policy == "auto" else x.dtype
    dtype = options.acc_dtype or wide
    if dtype != x.dtype and not (half and dtype == torch.float32):
        raise RuntimeError(f"linear_cross_entropy does not compute in {dtype} for inputs of {x.dtype}")
    kept = t != ignore
    t = torch.where(kept, t, 0)
    # The share of each row in the loss: w[t], by Σ w[t] for the mean, and 0 for targets to ignore.
    r = torch.where(kept, x.new_ones((), dtype=dtype) if class_weight is None else class_weight.to(dtype)[t], 0)
    if how == "mean":
        total = r.sum()
        r = r / torch.where(total == 0, torch.nan, total)
    return _ChunkedCrossEntropy.apply(
        x, w, b, t, r, how != "none", (_chunk_rows(options, x, len(w)), dtype, options.allow_retain_graph)
    )


class LinearCrossEntropyLoss(_WeightedLoss):
    """CrossEntropyLoss of a linear layer's scores W x + b, the layer being part of the loss.

    Like `torch.nn.LinearCrossEntropyLoss`.

    input (N, F) or (F), target as in CrossEntropyLoss for scores (N, C, *out_features) or (C) -> () or unreduced.
    linear.weight is (C · Π out_features, F). For many classes the scores take more memory than all else: `options`
    cuts the batch into chunks, each of whose scores are gone before the next one's come.

    Source: torch.nn.LinearCrossEntropyLoss; Wijmans et al., arXiv 2411.09009.
    """

    def __init__(
        self,
        in_features: int,
        num_classes: int,
        *,
        out_features: tuple[int, ...] = (),
        bias: bool = False,
        device: Any = None,
        dtype: Any = None,
        reduction: str = "mean",
        weight: Tensor | None = None,
        ignore_index: int | None = None,
        label_smoothing: float = 0.0,
        options: LinearCrossEntropyOptions | None = None,
    ) -> None:
        if weight is not None and weight.shape != (num_classes,):
            raise RuntimeError(f"expected weight shape to be {(num_classes,)}, got {tuple(weight.shape)}")
        if not 0 <= label_smoothing <= 1:
            raise RuntimeError(f"expected label_smoothing to be in range [0, 1], got {label_smoothing}")
        super().__init__(weight, reduction=reduction)
        self.num_classes, self.out_features = num_classes, out_features
        self.ignore_index, self.label_smoothing, self.options = ignore_index, label_smoothing, options
        rows = math.prod(out_features, start=num_classes)
        self.linear = Linear(in_features, rows, bias=bias, device=device, dtype=dtype)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        weight, bias = self.linear.weight, self.linear.bias
        places = (self.num_classes, *self.out_features)
        return linear_cross_entropy(
            input,
            weight.reshape(*places, -1),
            target,
            linear_bias=None if bias is None else bias.reshape(places),
            weight=self.weight,
            reduction=self.reduction,
            ignore_index=self.ignore_index,
            label_smoothing=self.label_smoothing,
            options=self.options,
        )

    def extra_repr(self) -> str:
        names = ("out_features", "reduction", "ignore_index", "label_smoothing", "options")
        shown = [f"{name}={getattr(self, name)}" for name in names]
        shown.insert(1, f"bias={self.linear.bias is not None}")
        return f"in_features={self.linear.in_features}, num_classes={self.num_classes}, " + ", ".join(shown)


# Arguments ------------------------------------------------------------------------------------------------------------


def _checked_scores(input: Tensor, weight: Tensor, bias: Tensor | None) -> tuple[int, ...]:
    """The shape (N, C, *) or (C) of the scores, if input, weight and bias fit each other."""
    if not 1 <= input.dim() <= 2:
        raise RuntimeError(f"expected input with dimensionality 1 or 2, got {input.dim()}")
    if weight.dim() < 2:
        raise RuntimeError(f"expected linear_weight with dimensionality at least 2, got {weight.dim()}")
    if input.size(-1) != weight.size(-1):
        raise RuntimeError(f"expected equal last dimensions, got {input.size(-1)} and {weight.size(-1)}")
    if bias is not None and bias.shape != weight.shape[:-1]:
        raise RuntimeError(f"expected linear_bias shape {tuple(weight.shape[:-1])}, got {tuple(bias.shape)}")
    if weight.dim() > 2 and input.dim() == 1:
        raise RuntimeError(f"weights of shape {tuple(weight.shape)} require batched input")
    return (*input.shape[:-1], *weight.shape[:-1])


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
