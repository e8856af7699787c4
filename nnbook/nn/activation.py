"""Activations: ReLU, LeakyReLU, Sigmoid, Tanh, Softmax, LogSoftmax.

Where autograd on the plain formula would divide infinities or forget what the output already knows, the derivative is
written out beside the formula.
"""

import operator
import warnings
from typing import Any

import torch
from torch import Tensor

from nnbook.nn.module import Module

__all__ = ["LeakyReLU", "LogSoftmax", "ReLU", "Sigmoid", "Softmax", "Tanh"]


def widen(x: Tensor) -> Tensor:
    """Half-precision numbers as float32, others as they are: sums and exponentials need the room."""
    return x.float() if x.dtype in (torch.float16, torch.bfloat16) else x


def _check_floating(x: Tensor, name: str) -> None:
    if not x.is_floating_point():
        raise NotImplementedError(f"{name} is not implemented for {x.dtype}")


# max(0, x) ------------------------------------------------------------------------------------------------------------


class _ReLU(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, inplace: bool) -> Tensor:
        # y = max(0, x)
        if inplace:
            ctx.mark_dirty(x)
            y = x.clamp_(min=0)
        else:
            y = x.clamp(min=0)
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Any:
        (y,) = ctx.saved_tensors
        # dy/dx = 1 where x > 0, else 0, at the kink too. Not a product: dy may be inf, as below sqrt(relu(x)).
        return grad.masked_fill(y <= 0, 0), None


class _LeakyReLU(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, slope: float, inplace: bool) -> Tensor:
        # y = max(0, x) + slope * min(0, x)
        y = x.clamp(min=0) + slope * x.clamp(max=0)
        if inplace:
            ctx.mark_dirty(x)
            y = x.copy_(y)
        # The output has the input's signs unless the slope is negative, and in place only the output is left.
        ctx.save_for_backward(y if inplace else x)
        ctx.slope, ctx.inplace = slope, inplace
        return y

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Any:
        if ctx.inplace and ctx.slope < 0:
            raise RuntimeError("leaky_relu with a negative slope cannot be differentiated when it ran in place")
        (x,) = ctx.saved_tensors
        # dy/dx = 1 where x > 0, else slope
        positive = (x > 0).to(grad.dtype)
        return grad * (positive + ctx.slope * (1 - positive)), None, None


def _check_leaf(x: Tensor, inplace: bool) -> None:
    # autograd says so as well, but only after the values have been overwritten.
    if inplace and x.is_leaf and x.requires_grad and torch.is_grad_enabled():
        raise RuntimeError("a leaf Variable that requires grad is being used in an in-place operation.")


def relu(input: Tensor, inplace: bool = False) -> Tensor:
    """y = max(0, x). Like `torch.nn.functional.relu`: input (*) -> (*)."""
    if not isinstance(input, Tensor):
        raise TypeError(f"relu(): argument 'input' must be Tensor, not {type(input).__name__}")
    if input.dtype is torch.bool:
        raise RuntimeError("Boolean inputs not supported for relu")
    _check_leaf(input, inplace)
    return _ReLU.apply(input, inplace)


def leaky_relu(input: Tensor, negative_slope: float = 0.01, inplace: bool = False) -> Tensor:
    """y = x where x > 0, else negative_slope * x. Like `torch.nn.functional.leaky_relu`: input (*) -> (*)."""
    if not isinstance(input, Tensor):
        raise TypeError(f"leaky_relu(): argument 'input' must be Tensor, not {type(input).__name__}")
    _check_floating(input, "leaky_relu")
    _check_leaf(input, inplace)
    return _LeakyReLU.apply(input, negative_slope, inplace)


class ReLU(Module):
    """y = max(0, x). Like `torch.nn.ReLU`: input (*) -> (*); `inplace` overwrites the input.

    Source: torch.nn.ReLU; Nair and Hinton, ICML 2010.
    """

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return relu(input, self.inplace)

    def extra_repr(self) -> str:
        return "inplace=True" if self.inplace else ""


class LeakyReLU(Module):
    """y = x where x > 0, else negative_slope * x. Like `torch.nn.LeakyReLU`: input (*) -> (*).

    `inplace` overwrites the input. Source: torch.nn.LeakyReLU; Maas et al., ICML 2013.
    """

    def __init__(self, negative_slope: float = 0.01, inplace: bool = False) -> None:
        super().__init__()
        self.negative_slope = negative_slope
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return leaky_relu(input, self.negative_slope, self.inplace)

    def extra_repr(self) -> str:
        return f"negative_slope={self.negative_slope}" + (", inplace=True" if self.inplace else "")


# Squashing ------------------------------------------------------------------------------------------------------------


class _Sigmoid(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        # y = 1 / (1 + e^-x); for very negative x, e^-x is inf and y is 0, as it should be
        y = (1 / (1 + torch.exp(-widen(x)))).to(x.dtype)
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Any:
        (y,) = ctx.saved_tensors
        # dy/dx = y (1 - y); through the formula above autograd would meet 0 * inf
        return grad * ((1 - y) * y)


def sigmoid(input: Tensor) -> Tensor:
    """y = 1 / (1 + e^-x). Like `torch.nn.functional.sigmoid`: input (*) -> (*), without complex numbers."""
    if not isinstance(input, Tensor):
        raise TypeError(f"sigmoid(): argument 'input' must be Tensor, not {type(input).__name__}")
    if input.is_complex():
        raise NotImplementedError("sigmoid of complex numbers is left out")
    return _Sigmoid.apply(input if input.is_floating_point() else input.to(torch.get_default_dtype()))


def tanh(input: Tensor) -> Tensor:
    """y = (e^x - e^-x) / (e^x + e^-x). Like `torch.nn.functional.tanh`: input (*) -> (*).

    That formula is inf / inf at x = 100, so the scalar function of the maths library computes it.
    """
    return torch.tanh(input)


class Sigmoid(Module):
    """y = 1 / (1 + e^-x), between 0 and 1. Like `torch.nn.Sigmoid`: input (*) -> (*). Source: torch.nn.Sigmoid."""

    def forward(self, input: Tensor) -> Tensor:
        return sigmoid(input)


class Tanh(Module):
    """y = tanh(x), between -1 and 1. Like `torch.nn.Tanh`: input (*) -> (*). Source: torch.nn.Tanh."""

    def forward(self, input: Tensor) -> Tensor:
        return tanh(input)


# Scores to probabilities ----------------------------------------------------------------------------------------------


class _Softmax(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, dim: int) -> Tensor:
        z = widen(x)
        # y_i = e^(x_i - max x) / Σ_j e^(x_j - max x): the maximum cancels, and nothing overflows
        e = torch.exp(z - z.amax(dim, keepdim=True))
        y = (e / e.sum(dim, keepdim=True)).to(x.dtype)
        ctx.save_for_backward(y)
        ctx.dim = dim
        return y

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Any:
        (y,) = ctx.saved_tensors
        # dx_i = y_i (dy_i - Σ_j dy_j y_j)
        dy, p = widen(grad), widen(y)
        return (p * (dy - (dy * p).sum(ctx.dim, keepdim=True))).to(grad.dtype), None


class _LogSoftmax(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, dim: int) -> Tensor:
        z = widen(x)
        # y_i = x_i - max x - log Σ_j e^(x_j - max x); the sum is at least 1, so its logarithm is finite
        z = z - z.amax(dim, keepdim=True)
        y = (z - torch.log(torch.exp(z).sum(dim, keepdim=True))).to(x.dtype)
        ctx.save_for_backward(y)
        ctx.dim = dim
        return y

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Any:
        (y,) = ctx.saved_tensors
        # dx_i = dy_i - e^y_i Σ_j dy_j
        dy = widen(grad)
        return (dy - torch.exp(widen(y)) * dy.sum(ctx.dim, keepdim=True)).to(grad.dtype), None


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
    _check_floating(x, name)
    # Nothing has no largest value.
    return function.apply(x, dim) if x.numel() else x.clone()


def softmax(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None) -> Tensor:
    """y_i = e^x_i / Σ_j e^x_j along dim. Like `torch.nn.functional.softmax`: input (*) -> (*)."""
    return _along(_Softmax, "softmax", input, dim, _stacklevel, dtype)


def log_softmax(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None) -> Tensor:
    """y_i = x_i - log Σ_j e^x_j along dim. Like `torch.nn.functional.log_softmax`: input (*) -> (*)."""
    return _along(_LogSoftmax, "log_softmax", input, dim, _stacklevel, dtype)


class Softmax(Module):
    """y_i = e^x_i / Σ_j e^x_j along `dim`: positive, with sum 1. Like `torch.nn.Softmax`: input (*) -> (*).

    Without `dim` torch's old rule holds, with a warning: dim 0 for 0, 1 or 3 dimensions, else dim 1.
    Source: torch.nn.Softmax.
    """

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Tensor) -> Tensor:
        return softmax(input, self.dim, _stacklevel=5)

    def extra_repr(self) -> str:
        return f"dim={self.dim}"


class LogSoftmax(Module):
    """y_i = x_i - log Σ_j e^x_j along `dim`. Like `torch.nn.LogSoftmax`: input (*) -> (*).

    The logarithm of Softmax, finite where Softmax has underflowed to 0. `dim` as there. Source: torch.nn.LogSoftmax.
    """

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Tensor) -> Tensor:
        return log_softmax(input, self.dim, _stacklevel=5)

    def extra_repr(self) -> str:
        return f"dim={self.dim}"
