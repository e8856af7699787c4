"""Smooth activations: Sigmoid, Tanh, SiLU, GELU, Softplus and their kin. Those with corners are in rectifier.py.

Each function holds its formula, `value`, and below it the derivative times dy, `gradient`; `pointwise` makes them one
step of autograd.
"""

from collections.abc import Callable
from math import log, pi, sqrt
from typing import Any

import torch
from torch import Tensor

from nnbook.nn.module import Module
from nnbook.nn.pointwise import exp, exp_, pointwise, widen

__all__ = ["GELU", "GLU", "LogSigmoid", "Mish", "SiLU", "Sigmoid", "Softplus", "Softsign", "Tanh", "Tanhshrink"]

# Squashing ------------------------------------------------------------------------------------------------------------


def _sigma(x: Tensor) -> Tensor:
    # σ(x) = 1 / (1 + e^-x); for very negative x, e^-x is inf and σ is 0, as it should be
    return exp(x, -1).add_(1).reciprocal_()


def sigmoid(input: Tensor) -> Tensor:
    """y = σ(x) = 1 / (1 + e^-x). Like `torch.nn.functional.sigmoid`: input (*) -> (*), complex numbers too."""

    # dy/dx = y (1 - y); from the formula above autograd would make 0 * inf
    def gradient(dy: Tensor, y: Tensor) -> Tensor:
        return (1 - y).mul_(y).conj().mul_(dy)

    if isinstance(input, Tensor) and not (input.is_floating_point() or input.is_complex()):
        input = input.to(torch.get_default_dtype())
    return pointwise(input, _sigma, gradient, of_output=True, complex_too=True)


def logsigmoid(input: Tensor) -> Tensor:
    """y = log σ(x) = -log(1 + e^-x). Like `torch.nn.functional.logsigmoid`: input (*) -> (*)."""

    # y = min(0, x) - log(1 + e^-|x|): e to the power of nothing positive
    def value(x: Tensor) -> Tensor:
        return x.clamp(max=0).sub_(exp(x.abs(), -1).log1p_())

    # dy/dx = 1 - σ(x) = σ(-x)
    def gradient(dy: Tensor, x: Tensor) -> Tensor:
        return dy * sigmoid(-x)

    return pointwise(input, value, gradient)


def tanh(input: Tensor) -> Tensor:
    """y = (e^x - e^-x) / (e^x + e^-x). Like `torch.nn.functional.tanh`: input (*) -> (*).

    That formula is inf / inf at x = 100, so the scalar function of the maths library computes it.
    """
    return torch.tanh(input)


def softsign(input: Tensor) -> Tensor:
    """y = x / (1 + |x|). Like `torch.nn.functional.softsign`: input (*) -> (*)."""
    return input / (input.abs() + 1)


def tanhshrink(input: Tensor) -> Tensor:
    """y = x - tanh(x). Like `torch.nn.functional.tanhshrink`: input (*) -> (*)."""
    return input - input.tanh()


class Sigmoid(Module):
    """y = 1 / (1 + e^-x), between 0 and 1. Like `torch.nn.Sigmoid`: input (*) -> (*). Source: torch.nn.Sigmoid."""

    def forward(self, input: Tensor) -> Tensor:
        return sigmoid(input)


class LogSigmoid(Module):
    """y = log(1 / (1 + e^-x)), below 0. Like `torch.nn.LogSigmoid`: input (*) -> (*). Source: torch.nn.LogSigmoid."""

    def forward(self, input: Tensor) -> Tensor:
        return logsigmoid(input)


class Tanh(Module):
    """y = tanh(x), between -1 and 1. Like `torch.nn.Tanh`: input (*) -> (*). Source: torch.nn.Tanh."""

    def forward(self, input: Tensor) -> Tensor:
        return tanh(input)


class Softsign(Module):
    """y = x / (1 + |x|), between -1 and 1. Like `torch.nn.Softsign`: input (*) -> (*). Source: torch.nn.Softsign."""

    def forward(self, input: Tensor) -> Tensor:
        return softsign(input)


class Tanhshrink(Module):
    """y = x - tanh(x). Like `torch.nn.Tanhshrink`: input (*) -> (*). Source: torch.nn.Tanhshrink."""

    def forward(self, input: Tensor) -> Tensor:
        return tanhshrink(input)


# x times a gate between 0 and 1 ---------------------------------------------------------------------------------------


class _Gated(torch.autograd.Function):
    """y = x o(x). The gate is kept beside x: it costs more to compute anew than the memory it takes."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, gate: Any, slope: Any) -> Tensor:
        opened = gate(widen(x))
        ctx.save_for_backward(x, opened)
        ctx.gate, ctx.slope = gate, slope
        return (opened * x).to(x.dtype)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Any:
        x, opened = ctx.saved_tensors
        z = widen(x)
        if torch.is_grad_enabled():  # this gradient is to be differentiated itself: then o has to depend on x
            opened = ctx.gate(z)
        # dy/dx = o(x) + x o'(x)
        dx = (ctx.slope(z, opened) * z).add_(opened).conj().mul_(widen(grad))
        return dx.to(x.dtype), None, None


def _gated(
    x: Tensor, gate: Callable[[Tensor], Tensor], slope: Callable[[Tensor, Tensor], Tensor], inplace: bool = False
) -> Tensor:
    """y = x gate(x), where slope(x, gate(x)) is the gate's derivative."""
    if not isinstance(x, Tensor):
        raise TypeError(f"argument 'input' must be Tensor, not {type(x).__name__}")
    if not (x.is_floating_point() or x.is_complex()):
        raise NotImplementedError(f"not implemented for {x.dtype}")
    return x.mul_(gate(x)) if inplace else _Gated.apply(x, gate, slope)


def silu(input: Tensor, inplace: bool = False) -> Tensor:
    """y = x σ(x). Like `torch.nn.functional.silu`: input (*) -> (*), complex numbers too."""

    # σ' = σ (1 - σ)
    def slope(x: Tensor, s: Tensor) -> Tensor:
        return (1 - s).mul_(s)

    return _gated(input, sigmoid, slope, inplace)


def mish(input: Tensor, inplace: bool = False) -> Tensor:
    """y = x tanh(log(1 + e^x)). Like `torch.nn.functional.mish`: input (*) -> (*)."""

    # tanh(log(1 + e^x)) = n / (n + 2) with n = e^x (e^x + 2); it is 1 long before x = 20
    def value(x: Tensor) -> Tensor:
        e = x.clamp(max=20).exp_()
        n = (e + 2).mul_(e)
        return n.div_(n + 2).mul_(x)

    # dy/dx = n / (n + 2) + x · 4 e^x (e^x + 1) / (n + 2)²
    def gradient(dy: Tensor, x: Tensor) -> Tensor:
        x = x.clamp(max=20)
        e = x.exp()
        slope = (e + 1).mul_(e).mul_(x).mul_(4)
        del x  # each of these is as large as the input
        n = (e + 2).mul_(e)
        del e
        return slope.div_(n + 2).add_(n).div_(n + 2).mul_(dy)

    return pointwise(input, value, gradient, inplace=inplace)


def gelu(input: Tensor, approximate: str = "none") -> Tensor:
    """y = x Φ(x), Φ being the normal distribution's P(X <= x). Like `torch.nn.functional.gelu`: input (*) -> (*).

    approximate="tanh": Φ(x) ~ (1 + tanh u) / 2 = σ(2u), u = sqrt(2/π) (x + 0.044715 x³).
    """
    if approximate not in ("none", "tanh"):
        raise RuntimeError("approximate argument must be either none or tanh.")
    if approximate == "none":
        return _gated(input, _normal_cdf, _normal_density)
    a, b = 2 * sqrt(2 / pi), 0.044715

    def double_u(x: Tensor) -> Tensor:
        return (x * x).mul_(a * b).add_(a).mul_(x)

    # dy/dx = s + x s (1 - s) · d(2u)/dx with s = σ(2u)
    def gradient(dy: Tensor, x: Tensor) -> Tensor:
        s = sigmoid(double_u(x))
        slope = (x * x).mul_(3 * a * b).add_(a).mul_(x)
        return (1 - s).mul_(slope).add_(1).mul_(s).mul_(dy)

    return pointwise(input, lambda x: _sigma(double_u(x)).mul_(x), gradient)


def _normal_cdf(x: Tensor) -> Tensor:
    # Φ(x) = (1 + erf(x / sqrt 2)) / 2
    return torch.erf(x * sqrt(1 / 2)).add_(1).mul_(0.5)


def _normal_density(x: Tensor, _: Tensor) -> Tensor:
    # dΦ/dx = e^(-x²/2) / sqrt(2π)
    return (x * x).mul_(-1 / 2).sub_(log(2 * pi) / 2).exp_()


def glu(input: Tensor, dim: int = -1) -> Tensor:
    """y = a σ(b), a and b being the halves of the input along dim. Like `torch.nn.functional.glu`.

    input (*, 2N, *) -> (*, N, *).
    """
    if input.dim() == 0:
        raise RuntimeError("glu does not support scalars because halving size must be even")
    if input.size(dim) % 2:
        raise RuntimeError(f"Halving dimension must be even, but dimension {dim} is size {input.size(dim)}")
    a, b = input.chunk(2, dim)
    return a * sigmoid(b)


class SiLU(Module):
    """y = x / (1 + e^-x), also called swish. Like `torch.nn.SiLU`: input (*) -> (*); `inplace` overwrites the input.

    Source: torch.nn.SiLU; Hendrycks and Gimpel, arXiv 1606.08415; Elfwing et al., arXiv 1702.03118.
    """

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return silu(input, self.inplace)

    def extra_repr(self) -> str:
        return "inplace=True" if self.inplace else ""


class Mish(Module):
    """y = x tanh(log(1 + e^x)). Like `torch.nn.Mish`: input (*) -> (*); `inplace` overwrites the input.

    Source: torch.nn.Mish; Misra, arXiv 1908.08681.
    """

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return mish(input, self.inplace)

    def extra_repr(self) -> str:
        return "inplace=True" if self.inplace else ""


class GELU(Module):
    """y = x Φ(x), Φ being the normal distribution's P(X <= x). Like `torch.nn.GELU`: input (*) -> (*).

    approximate="tanh" takes (1 + tanh(sqrt(2/π) (x + 0.044715 x³))) / 2 for Φ.
    Source: torch.nn.GELU; Hendrycks and Gimpel, arXiv 1606.08415.
    """

    def __init__(self, approximate: str = "none") -> None:
        super().__init__()
        self.approximate = approximate

    def forward(self, input: Tensor) -> Tensor:
        return gelu(input, self.approximate)

    def extra_repr(self) -> str:
        return f"approximate={self.approximate!r}"


class GLU(Module):
    """y = a σ(b), a and b being the halves of the input along `dim`. Like `torch.nn.GLU`: (*, 2N, *) -> (*, N, *).

    Source: torch.nn.GLU; Dauphin et al., arXiv 1612.08083.
    """

    def __init__(self, dim: int = -1) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Tensor) -> Tensor:
        return glu(input, self.dim)

    def extra_repr(self) -> str:
        return f"dim={self.dim}"


# A smooth corner ------------------------------------------------------------------------------------------------------


def softplus(input: Tensor, beta: float = 1, threshold: float = 20) -> Tensor:
    """y = log(1 + e^(βx)) / β, and x itself where βx > threshold. Like `torch.nn.functional.softplus`: (*) -> (*)."""

    # from βx = 40 on the two are equal to 16 digits, so e^βx need not grow further
    def value(x: Tensor) -> Tensor:
        limit = min(threshold, 40)
        u = x * beta
        return torch.where(u > limit, x, exp_(u.clamp(max=limit)).log1p_().div_(beta))

    # dy/dx = σ(βx), or 1, which numbers of 7 digits cannot tell apart from βx = 17 on, and of 16 digits from 37 on
    def gradient(dy: Tensor, x: Tensor) -> Tensor:
        u = x * beta
        slope = sigmoid(u)
        if threshold < -log(torch.finfo(u.dtype).eps / 2):
            slope = torch.where(u > threshold, 1, slope)
        del u  # as large as the input
        return slope * dy

    return pointwise(input, value, gradient)


class Softplus(Module):
    """y = log(1 + e^(βx)) / β: a smooth ReLU. Like `torch.nn.Softplus`: input (*) -> (*).

    The larger `beta`, the sharper the corner. Where βx > `threshold`, y = x. Source: torch.nn.Softplus.
    """

    def __init__(self, beta: float = 1.0, threshold: float = 20.0) -> None:
        super().__init__()
        self.beta = beta
        self.threshold = threshold

    def forward(self, input: Tensor) -> Tensor:
        return softplus(input, self.beta, self.threshold)

    def extra_repr(self) -> str:
        return f"beta={self.beta}, threshold={self.threshold}"
