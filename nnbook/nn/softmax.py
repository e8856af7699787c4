"""Scores to probabilities: Softmax, LogSoftmax, Softmin, Softmax2d, and draws with gumbel_softmax."""

import operator
import warnings
from typing import Any

import torch
from torch import Tensor

from nnbook.nn.module import Module
from nnbook.nn.pointwise import exp, exp_, widen

__all__ = ["LogSoftmax", "Softmax", "Softmax2d", "Softmin"]


class _Softmax(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, dim: int) -> Tensor:
        z = widen(x)
        # y_i = e^(x_i - max x) / Σ_j e^(x_j - max x): the maximum cancels, and nothing overflows
        e = exp_(z - z.amax(dim, keepdim=True))
        y = e.div_(e.sum(dim, keepdim=True)).to(x.dtype)
        ctx.save_for_backward(y)
        ctx.dim = dim
        return y

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Any:
        (y,) = ctx.saved_tensors
        # dx_i = y_i dy_i - y_i Σ_j dy_j y_j
        p = widen(y)
        dy_p = widen(grad) * p
        return dy_p.addcmul_(p, dy_p.sum(ctx.dim, keepdim=True), value=-1).to(grad.dtype), None


class _LogSoftmax(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, dim: int) -> Tensor:
        z = widen(x)
        # y_i = x_i - max x - log Σ_j e^(x_j - max x); the sum is at least 1, so its logarithm is finite
        z = z - z.amax(dim, keepdim=True)
        y = z.sub_(exp(z).sum(dim, keepdim=True).log_()).to(x.dtype)
        ctx.save_for_backward(y)
        ctx.dim = dim
        return y

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Any:
        (y,) = ctx.saved_tensors
        # dx_i = dy_i - e^y_i Σ_j dy_j
        dy = widen(grad)
        return dy.addcmul(exp(widen(y)), dy.sum(ctx.dim, keepdim=True), value=-1).to(grad.dtype), None


def softmax(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None) -> Tensor:
    """y_i = e^x_i / Σ_j e^x_j along dim. Like `torch.nn.functional.softmax`: input (*) -> (*)."""
    return _along(_Softmax, "softmax", input, dim, _stacklevel, dtype)


def log_softmax(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None) -> Tensor:
    """y_i = x_i - log Σ_j e^x_j along dim. Like `torch.nn.functional.log_softmax`: input (*) -> (*)."""
    return _along(_LogSoftmax, "log_softmax", input, dim, _stacklevel, dtype)


def softmin(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None) -> Tensor:
    """y_i = e^-x_i / Σ_j e^-x_j along dim. Like `torch.nn.functional.softmin`: input (*) -> (*)."""
    return _along(_Softmax, "softmin", -input, dim, _stacklevel, dtype)


def gumbel_softmax(logits: Tensor, tau: float = 1, hard: bool = False, eps: float = 1e-10, dim: int = -1) -> Tensor:
    """A random choice along dim with P(i) ~ e^logit_i, made differentiable. Like `torch.nn.functional.gumbel_softmax`.

    logits (*) -> (*): softmax((logits + g) / tau), g being Gumbel noise. Its largest entry is at i with that
    probability; the smaller tau, the nearer to one-hot. `hard` gives one-hot, with the gradient of the soft choice.
    Source: Jang et al., arXiv 1611.01144; Maddison et al., arXiv 1611.00712.
    """
    if eps != 1e-10:
        warnings.warn("`eps` parameter is deprecated and has no effect.", stacklevel=2)
    # g = -log E, E ~ Exponential(1)
    g = torch.empty_like(logits, memory_format=torch.contiguous_format).exponential_().log().neg()
    soft = softmax((logits + g) / tau, dim)
    if not hard:
        return soft
    one_hot = torch.zeros_like(soft).scatter_(dim, soft.argmax(dim, keepdim=True), 1.0)
    # the value of one_hot, the gradient of soft
    return one_hot - soft.detach() + soft


class Softmax(Module):
    """y_i = e^x_i / Σ_j e^x_j along `dim`: positive, with sum 1. Like `torch.nn.Softmax`: input (*) -> (*).

    Without `dim` torch's old rule holds, with a warning: dim 0 for 0, 1 or 3 dimensions, else dim 1.
    Source: torch.nn.Softmax.
    """

    _function = staticmethod(softmax)

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Tensor) -> Tensor:
        return self._function(input, self.dim, _stacklevel=5)

    def extra_repr(self) -> str:
        return f"dim={self.dim}"


class LogSoftmax(Softmax):
    """y_i = x_i - log Σ_j e^x_j along `dim`. Like `torch.nn.LogSoftmax`: input (*) -> (*).

    The logarithm of Softmax, finite where Softmax has underflowed to 0. `dim` as there. Source: torch.nn.LogSoftmax.
    """

    _function = staticmethod(log_softmax)


class Softmin(Softmax):
    """y_i = e^-x_i / Σ_j e^-x_j along `dim`: the smallest gets most. Like `torch.nn.Softmin`: input (*) -> (*).

    `dim` as in Softmax. Source: torch.nn.Softmin.
    """

    _function = staticmethod(softmin)


class Softmax2d(Module):
    """Softmax over the channels of each place of an image. Like `torch.nn.Softmax2d`.

    input (N, C, H, W) or (C, H, W) -> the same. Source: torch.nn.Softmax2d.
    """

    def forward(self, input: Tensor) -> Tensor:
        if input.dim() not in (3, 4):
            raise ValueError(f"Softmax2d: expected input to be 3D or 4D, got {input.dim()}D instead")
        return softmax(input, -3)


def _along(function: Any, name: str, input: Tensor, dim: int | None, stacklevel: int, dtype: Any) -> Tensor:
    """Calls softmax or log_softmax with a valid dim, on an input of the dtype that was asked for."""
    if dim is None:
        warnings.warn(
            f"Implicit dimension choice for {name} has been deprecated. Change the call to include dim=X as an "
            "argument.",
            stacklevel=stacklevel,
        )
        dim = 0 if input.dim() in (0, 1, 3) else 1
    if isinstance(dim, bool) or not hasattr(dim, "__index__"):
        raise TypeError(f"{name}(): argument 'dim' must be int, not {type(dim).__name__}")
    dim, most = operator.index(dim), max(input.dim(), 1)
    if not -most <= dim < most:
        raise IndexError(f"Dimension out of range (expected to be in range of [{-most}, {most - 1}], but got {dim})")
    x = input if dtype is None else input.to(dtype)
    if not x.is_floating_point():
        raise NotImplementedError(f"{name} is not implemented for {x.dtype}")
    # Nothing has no largest value.
    return function.apply(x, dim) if x.numel() else x.clone()
