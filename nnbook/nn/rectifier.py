"""Activations with corners: ReLU and its kin, ELU and its kin, and those that clamp, cut or shrink.

Each function holds its formula, `value`, and below it the derivative times dy, `gradient`; `pointwise` makes them one
step of autograd. At a corner the derivative is torch's choice.
"""

import functools
import math
import warnings
from typing import Any

import torch
from torch import Tensor

from nnbook.nn.module import Module
from nnbook.nn.parameter import Parameter
from nnbook.nn.pointwise import affine, gate, holds, pointwise, positive, step, widen

__all__ = [
    "CELU",
    "ELU",
    "SELU",
    "Hardshrink",
    "Hardsigmoid",
    "Hardswish",
    "Hardtanh",
    "LeakyReLU",
    "PReLU",
    "RReLU",
    "ReLU",
    "ReLU6",
    "Softshrink",
    "Threshold",
]

# max(0, x), and what is left of the negative side ---------------------------------------------------------------------


def relu(input: Tensor, inplace: bool = False) -> Tensor:
    """y = max(0, x). Like `torch.nn.functional.relu`: input (*) -> (*)."""

    def value(x: Tensor) -> Tensor:
        return x.clamp(min=0)

    # dy/dx = 1 where x > 0, else 0. Not a product: dy may be inf, as below sqrt(relu(x)).
    def gradient(dy: Tensor, y: Tensor) -> Tensor:
        return gate(dy, holds(torch.ne, y, 0))

    if isinstance(input, Tensor) and not input.is_floating_point():
        return _clamp_integers(input, 0, None, inplace)
    return pointwise(input, value, gradient, of_output=True, inplace=inplace)


def leaky_relu(input: Tensor, negative_slope: float = 0.01, inplace: bool = False) -> Tensor:
    """y = x where x > 0, else negative_slope * x. Like `torch.nn.functional.leaky_relu`: input (*) -> (*)."""

    # y = max(0, x) + slope · min(0, x)
    def value(x: Tensor) -> Tensor:
        return x.clamp(min=0).add_(x.clamp(max=0), alpha=negative_slope)

    # dy/dx = 1 where x > 0, else slope; unless the slope is negative, y has the signs of x
    def gradient(dy: Tensor, y: Tensor) -> Tensor:
        return step(y, negative_slope).mul_(dy)

    return pointwise(input, value, gradient, of_output=negative_slope >= 0, inplace=inplace)


class _PReLU(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor) -> Tensor:
        ctx.save_for_backward(x, weight)
        z = widen(x)
        # y = max(0, x) + w · min(0, x)
        return z.clamp(max=0).mul_(weight).add_(z.clamp(min=0)).to(x.dtype)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Any:
        x, weight = (widen(t) for t in ctx.saved_tensors)
        dy = widen(grad)
        # dy/dx = 1 where x > 0, else w; dy/dw = min(0, x), summed over all that w multiplies
        dx = step(x, weight).mul_(dy)
        dw = x.clamp(max=0).mul_(dy).sum_to_size(weight.shape)
        return dx.to(grad.dtype), dw.to(grad.dtype)


def prelu(input: Tensor, weight: Tensor) -> Tensor:
    """y = x where x > 0, else weight * x. Like `torch.nn.functional.prelu`.

    input (N, C, *) or (*), weight (1) or (C) -> the shape of input.
    """
    if weight.dim() > 1:
        raise RuntimeError(f"prelu: Expected `weight` to be a scalar or 1D tensor, but got ndim = {weight.dim()}")
    if input.dtype != weight.dtype:
        raise RuntimeError(f"prelu: Type promoting not supported. Got {input.dtype} and {weight.dtype}")
    if weight.numel() != 1:
        channels = input.size(1) if input.dim() > 1 else 1
        if input.dim() == 0 or weight.numel() != channels:
            raise RuntimeError(f"Mismatch of parameter numbers ({weight.numel()}) and input channels ({channels})")
    # one weight for each channel: the second dimension, if there is one
    shape = [1, -1, *[1] * (input.dim() - 2)][: input.dim()] if weight.numel() > 1 else [1] * input.dim()
    return _PReLU.apply(input, weight.view(shape))


def rrelu(
    input: Tensor, lower: float = 1.0 / 8, upper: float = 1.0 / 3, training: bool = False, inplace: bool = False
) -> Tensor:
    """y = x where x > 0, else a x. Like `torch.nn.functional.rrelu`: input (*) -> (*).

    In training each number has an a ~ U(lower, upper) of its own, otherwise a is their mean.
    """
    if lower > upper:
        raise RuntimeError(f"Lower bound should be less than or equal to the upper bound, got {lower} and {upper}")
    if not training:
        return leaky_relu(input, (lower + upper) / 2, inplace)
    # in double precision and in order, so that on a CPU the draws are torch's
    draws = input.new_empty(input.shape, dtype=torch.float64).uniform_(lower, upper).to(input.dtype)
    slope = torch.ones_like(input).masked_scatter_(input <= 0, draws)
    return input.mul_(slope) if inplace else input * slope


def elu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """y = x where x > 0, else α (e^x - 1). Like `torch.nn.functional.elu`: input (*) -> (*)."""

    # y = max(0, x) + α (e^min(0, x) - 1)
    def value(x: Tensor) -> Tensor:
        return x.clamp(min=0).add_(x.clamp(max=0).expm1_(), alpha=alpha)

    # dy/dx = 1 where x > 0, else α e^x
    def gradient(dy: Tensor, x: Tensor) -> Tensor:
        slope = torch.exp(x.clamp(max=0))
        return slope * dy if alpha == 1 else (slope * dy).mul_(step(x, alpha))

    return pointwise(input, value, gradient, inplace=inplace)


def celu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """y = x where x > 0, else α (e^(x/α) - 1). Like `torch.nn.functional.celu`: input (*) -> (*)."""
    if alpha == 0:
        raise RuntimeError("ZeroDivisionError: alpha cannot be 0 for CELU")

    # y = max(0, x) + α (e^min(0, x/α) - 1)
    def value(x: Tensor) -> Tensor:
        return x.clamp(min=0).add_(x.clamp(max=0).div_(alpha).expm1_(), alpha=alpha)

    # dy/dx = 1 where x > 0, else e^(x/α)
    def gradient(dy: Tensor, x: Tensor) -> Tensor:
        return torch.exp(x.clamp(max=0).div_(alpha)) * dy

    return pointwise(input, value, gradient, inplace=inplace)


def selu(input: Tensor, inplace: bool = False) -> Tensor:
    """y = s x where x > 0, else s α (e^x - 1). Like `torch.nn.functional.selu`: input (*) -> (*).

    The two numbers keep mean 0 and variance 1, from layer to layer of a deep network.
    """
    alpha, scale = 1.6732632423543772, 1.0507009873554805

    # y = s (max(0, x) + α (e^min(0, x) - 1))
    def value(x: Tensor) -> Tensor:
        return x.clamp(min=0).add_(x.clamp(max=0).expm1_(), alpha=alpha).mul_(scale)

    # dy/dx = s where x > 0, else s α e^x
    def gradient(dy: Tensor, x: Tensor) -> Tensor:
        factor = positive(x).mul_(scale - scale * alpha).add_(scale * alpha)
        return factor.mul_(torch.exp(x.clamp(max=0))).mul_(dy)

    return pointwise(input, value, gradient, inplace=inplace)


class _InPlace(Module):
    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def extra_repr(self) -> str:
        return "inplace=True" if self.inplace else ""


class ReLU(_InPlace):
    """y = max(0, x). Like `torch.nn.ReLU`: input (*) -> (*); `inplace` overwrites the input.

    Source: torch.nn.ReLU; Nair and Hinton, ICML 2010.
    """

    def forward(self, input: Tensor) -> Tensor:
        return relu(input, self.inplace)


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


class PReLU(Module):
    """y = x where x > 0, else weight * x, the weight being learned. Like `torch.nn.PReLU`.

    One weight for all (`num_parameters=1`) or one for each channel: input (*) or (N, C, *) -> the same.
    Source: torch.nn.PReLU; He et al., arXiv 1502.01852.
    """

    def __init__(self, num_parameters: int = 1, init: float = 0.25, device: Any = None, dtype: Any = None) -> None:
        super().__init__()
        self.num_parameters = num_parameters
        self.init = init
        self.weight = Parameter(torch.empty(num_parameters, device=device, dtype=dtype))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Sets the weights to `init`."""
        with torch.no_grad():
            self.weight.fill_(self.init)

    def forward(self, input: Tensor) -> Tensor:
        return prelu(input, self.weight)

    def extra_repr(self) -> str:
        return f"num_parameters={self.num_parameters}"


class RReLU(Module):
    """y = x where x > 0, else a x, with a ~ U(lower, upper) for each number. Like `torch.nn.RReLU`: (*) -> (*).

    In eval() a = (lower + upper) / 2. `inplace` overwrites the input.
    Source: torch.nn.RReLU; Xu et al., arXiv 1505.00853.
    """

    def __init__(self, lower: float = 1.0 / 8, upper: float = 1.0 / 3, inplace: bool = False) -> None:
        super().__init__()
        self.lower = lower
        self.upper = upper
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return rrelu(input, self.lower, self.upper, self.training, self.inplace)

    def extra_repr(self) -> str:
        return f"lower={self.lower}, upper={self.upper}" + (", inplace=True" if self.inplace else "")


class ELU(Module):
    """y = x where x > 0, else α (e^x - 1). Like `torch.nn.ELU`: input (*) -> (*); `inplace` overwrites the input.

    Source: torch.nn.ELU; Clevert et al., arXiv 1511.07289.
    """

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        super().__init__()
        self.alpha = alpha
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return elu(input, self.alpha, self.inplace)

    def extra_repr(self) -> str:
        return f"alpha={self.alpha}" + (", inplace=True" if self.inplace else "")


class CELU(ELU):
    """y = x where x > 0, else α (e^(x/α) - 1): no corner, whatever α. Like `torch.nn.CELU`: input (*) -> (*).

    Source: torch.nn.CELU; Barron, arXiv 1704.07483.
    """

    def forward(self, input: Tensor) -> Tensor:
        return celu(input, self.alpha, self.inplace)


class SELU(_InPlace):
    """y = s x where x > 0, else s α (e^x - 1), s = 1.0507..., α = 1.6732.... Like `torch.nn.SELU`: input (*) -> (*).

    Source: torch.nn.SELU; Klambauer et al., arXiv 1706.02515.
    """

    def forward(self, input: Tensor) -> Tensor:
        return selu(input, self.inplace)


# Clamped, cut and shrunk ----------------------------------------------------------------------------------------------


def hardtanh(input: Tensor, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> Tensor:
    """y = min(max_val, max(min_val, x)). Like `torch.nn.functional.hardtanh`: input (*) -> (*)."""
    if min_val > max_val:
        raise ValueError("min_val cannot be greater than max_val")

    def value(x: Tensor) -> Tensor:
        return x.clamp(min_val, max_val)

    # dy/dx = 1 strictly between the bounds, else 0
    def gradient(dy: Tensor, x: Tensor) -> Tensor:
        return gate(dy, holds(torch.gt, x, min_val).mul_(holds(torch.lt, x, max_val)))

    if isinstance(input, Tensor) and not input.is_floating_point():
        return _clamp_integers(input, int(min_val), int(max_val), inplace)
    return pointwise(input, value, gradient, inplace=inplace)


def relu6(input: Tensor, inplace: bool = False) -> Tensor:
    """y = min(6, max(0, x)). Like `torch.nn.functional.relu6`: input (*) -> (*)."""
    return hardtanh(input, 0.0, 6.0, inplace)


def hardsigmoid(input: Tensor, inplace: bool = False) -> Tensor:
    """y = x / 6 + 1 / 2, cut off at 0 and 1. Like `torch.nn.functional.hardsigmoid`: input (*) -> (*)."""

    def value(x: Tensor) -> Tensor:
        return affine(x, 1 / 6, 1 / 2).clamp_(0, 1)

    # dy/dx = 1/6 where -3 < x < 3, else 0; in torch, and so here, 1/6 has single precision at any dtype
    def gradient(dy: Tensor, x: Tensor) -> Tensor:
        return gate(dy, x.detach().abs().lt_(3)).mul_(0.1666666716337204)

    return pointwise(input, value, gradient, inplace=inplace)


def hardswish(input: Tensor, inplace: bool = False) -> Tensor:
    """y = x hardsigmoid(x). Like `torch.nn.functional.hardswish`: input (*) -> (*)."""

    def value(x: Tensor) -> Tensor:
        return (x + 3).clamp_(0, 6).mul_(x).mul_(1 / 6)

    # dy/dx = (x + 3/2) / 3 where -3 < x < 3, else 0 or 1: as if x were -3/2 or 3/2 there
    def gradient(dy: Tensor, x: Tensor) -> Tensor:
        near = x.clamp(-3, 3)
        side = near.div(3, rounding_mode="trunc")  # -1, 0 or 1
        return near.sub_(side, alpha=3 / 2).add_(3 / 2).mul_(1 / 3).mul_(dy)

    return pointwise(input, value, gradient, inplace=inplace)


def threshold(input: Tensor, threshold: float, value: float, inplace: bool = False) -> Tensor:
    """y = x where x > threshold, else value. Like `torch.nn.functional.threshold`: input (*) -> (*)."""

    # from max(threshold, x) a step leads to the value
    def cut(x: Tensor) -> Tensor:
        if math.isinf(value) or math.isinf(threshold):
            return torch.where(x <= threshold, value, x)
        return x.clamp(min=threshold).add_(holds(torch.le, x, threshold), alpha=value - threshold)

    # dy/dx = 1 where x > threshold, else 0
    def gradient(dy: Tensor, x: Tensor) -> Tensor:
        return gate(dy, holds(torch.gt, x, threshold))

    return pointwise(input, cut, gradient, inplace=inplace)


def hardshrink(input: Tensor, lambd: float = 0.5) -> Tensor:
    """y = x where |x| > λ, else 0. Like `torch.nn.functional.hardshrink`: input (*) -> (*)."""

    def value(x: Tensor) -> Tensor:
        return x.abs().gt_(lambd).mul_(x)

    # dy/dx = 1 where y is not 0, else 0
    def gradient(dy: Tensor, y: Tensor) -> Tensor:
        return gate(dy, y.sign().abs_())

    return pointwise(input, value, gradient, of_output=True)


def softshrink(input: Tensor, lambd: float = 0.5) -> Tensor:
    """y = x - λ where x > λ, x + λ where x < -λ, else 0. Like `torch.nn.functional.softshrink`: input (*) -> (*)."""
    if lambd < 0:
        raise RuntimeError(f"lambda must be greater or equal to 0, but found to be {lambd}.")

    def value(x: Tensor) -> Tensor:
        return x - x.clamp(-lambd, lambd)

    # dy/dx = 1 where y is not 0, else 0
    def gradient(dy: Tensor, y: Tensor) -> Tensor:
        return gate(dy, y.sign().abs_())

    return pointwise(input, value, gradient, of_output=True)


class Hardtanh(Module):
    """y = min(max_val, max(min_val, x)). Like `torch.nn.Hardtanh`: input (*) -> (*); `inplace` overwrites the input.

    `min_value` and `max_value` are old names of the bounds. Source: torch.nn.Hardtanh.
    """

    def __init__(
        self,
        min_val: float = -1.0,
        max_val: float = 1.0,
        inplace: bool = False,
        min_value: float | None = None,
        max_value: float | None = None,
    ) -> None:
        super().__init__()
        for old, new in ((min_value, "min"), (max_value, "max")):
            if old is not None:
                note = f"keyword argument `{new}_value` is deprecated and renamed to `{new}_val`"
                warnings.warn(note, FutureWarning, stacklevel=2)
        self.min_val = min_val if min_value is None else min_value
        self.max_val = max_val if max_value is None else max_value
        self.inplace = inplace
        if self.max_val <= self.min_val:
            raise AssertionError(f"max_val ({self.max_val}) must be greater than min_val ({self.min_val})")

    def forward(self, input: Tensor) -> Tensor:
        return hardtanh(input, self.min_val, self.max_val, self.inplace)

    def extra_repr(self) -> str:
        return f"min_val={self.min_val}, max_val={self.max_val}" + (", inplace=True" if self.inplace else "")


class ReLU6(Hardtanh):
    """y = min(6, max(0, x)). Like `torch.nn.ReLU6`: input (*) -> (*); `inplace` overwrites the input.

    Source: torch.nn.ReLU6; Howard et al., arXiv 1704.04861.
    """

    def __init__(self, inplace: bool = False) -> None:
        super().__init__(0.0, 6.0, inplace)

    def extra_repr(self) -> str:
        return "inplace=True" if self.inplace else ""


class Hardsigmoid(Module):
    """y = x / 6 + 1 / 2, cut off at 0 and 1. Like `torch.nn.Hardsigmoid`: input (*) -> (*).

    `inplace` overwrites the input. Source: torch.nn.Hardsigmoid.
    """

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return hardsigmoid(input, self.inplace)


class Hardswish(Module):
    """y = x hardsigmoid(x): 0 below -3, x above 3. Like `torch.nn.Hardswish`: input (*) -> (*).

    `inplace` overwrites the input. Source: torch.nn.Hardswish; Howard et al., arXiv 1905.02244.
    """

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return hardswish(input, self.inplace)


class Threshold(Module):
    """y = x where x > threshold, else value. Like `torch.nn.Threshold`: input (*) -> (*).

    `inplace` overwrites the input. Source: torch.nn.Threshold.
    """

    def __init__(self, threshold: float, value: float, inplace: bool = False) -> None:
        super().__init__()
        self.threshold = threshold
        self.value = value
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return threshold(input, self.threshold, self.value, self.inplace)

    def extra_repr(self) -> str:
        return f"threshold={self.threshold}, value={self.value}" + (", inplace=True" if self.inplace else "")


class Hardshrink(Module):
    """y = x where |x| > λ, else 0. Like `torch.nn.Hardshrink`: input (*) -> (*). Source: torch.nn.Hardshrink."""

    def __init__(self, lambd: float = 0.5) -> None:
        super().__init__()
        self.lambd = lambd

    def forward(self, input: Tensor) -> Tensor:
        return hardshrink(input, self.lambd)

    def extra_repr(self) -> str:
        return f"{self.lambd}"


class Softshrink(Module):
    """y = x moved by λ towards 0, at most to 0. Like `torch.nn.Softshrink`: input (*) -> (*).

    Source: torch.nn.Softshrink.
    """

    def __init__(self, lambd: float = 0.5) -> None:
        super().__init__()
        self.lambd = lambd

    def forward(self, input: Tensor) -> Tensor:
        return softshrink(input, self.lambd)

    def extra_repr(self) -> str:
        return f"{self.lambd}"


# In place, under torch's names ----------------------------------------------------------------------------------------

relu_ = functools.partial(relu, inplace=True)
leaky_relu_ = functools.partial(leaky_relu, inplace=True)
rrelu_ = functools.partial(rrelu, inplace=True)
elu_ = functools.partial(elu, inplace=True)
celu_ = functools.partial(celu, inplace=True)
selu_ = functools.partial(selu, inplace=True)
hardtanh_ = functools.partial(hardtanh, inplace=True)
threshold_ = functools.partial(threshold, inplace=True)


def _clamp_integers(input: Tensor, low: int, high: int | None, inplace: bool) -> Tensor:
    if input.dtype is torch.bool or input.is_complex():
        raise RuntimeError(f"not implemented for {input.dtype}")
    return input.clamp_(low, high) if inplace else input.clamp(low, high)
