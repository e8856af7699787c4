"""What the activations share: a formula and its derivative, side by side, made into one step of autograd.

Autograd could differentiate each formula by itself, but would keep a tensor for every operation in it, divide infinity
by infinity where a formula saturates, and make a pass over memory for each. Here one tensor is kept: x, or y.
"""

from collections.abc import Callable
from math import inf, log
from typing import Any

import torch
from torch import Tensor

_HALF = (torch.float16, torch.bfloat16)


def widen(x: Tensor) -> Tensor:
    """Half-precision numbers as float32, others as they are: sums and exponentials need the room."""
    return x.float() if x.dtype in _HALF else x


def _widened(function: Callable[..., Tensor], *given: Tensor) -> Tensor:
    """function(*given), computed in float32 if they are in half precision, and rounded at the end."""
    if given[0].dtype not in _HALF:
        return function(*given)
    return function(*[x.float() for x in given]).to(given[0].dtype)


def exp(x: Tensor, scale: float = 1) -> Tensor:
    """e^(ax) = 2^(ax log2 e): on a CPU `exp2` takes a third of the time of `torch.exp`, and rounds as fused ones do."""
    return (x * (scale / log(2))).exp2_() if x.is_floating_point() else (x * scale).exp_()


def exp_(x: Tensor) -> Tensor:
    """e^x in place."""
    return x.mul_(1 / log(2)).exp2_() if x.is_floating_point() else x.exp_()


def affine(x: Tensor, scale: float, shift: float) -> Tensor:
    """scale · x + shift in one pass over memory."""
    return torch.rsub(x, shift, alpha=-scale)


class _Pointwise(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, value: Any, gradient: Any, of_output: bool, inplace: bool) -> Tensor:
        y = _widened(value, x)
        if inplace:
            ctx.mark_dirty(x)
            x.copy_(y)
            y = x  # torch.compile wants to see that it is x which is returned
        ctx.save_for_backward(y if of_output else x)
        ctx.gradient = gradient
        return y

    @staticmethod
    def backward(ctx: Any, dy: Tensor) -> Any:
        return _widened(ctx.gradient, dy, *ctx.saved_tensors), None, None, None, None


def pointwise(
    input: Tensor,
    value: Callable[[Tensor], Tensor],
    gradient: Callable[[Tensor, Tensor], Tensor],
    *,
    of_output: bool = False,
    inplace: bool = False,
    complex_too: bool = False,
) -> Tensor:
    """y = value(x) for each number x of `input`, with dx = gradient(dy, x) on the way back.

    With `of_output` it is dx = gradient(dy, y): the output is kept, which the next layer keeps anyway. `gradient` is
    made of differentiable operations, so that it has a gradient itself. `inplace` overwrites the input.
    """
    if not isinstance(input, Tensor):
        raise TypeError(f"argument 'input' must be Tensor, not {type(input).__name__}")
    if not (input.is_floating_point() or (complex_too and input.is_complex())):
        raise NotImplementedError(f"not implemented for {input.dtype}")
    differentiated = inplace and input.requires_grad and torch.is_grad_enabled()
    if differentiated and input.is_leaf:
        # autograd says so as well, but only after the values have been overwritten
        raise RuntimeError("a leaf Variable that requires grad is being used in an in-place operation.")
    if differentiated and not of_output:
        # what is kept may not be overwritten
        return input.copy_(_Pointwise.apply(input.clone(), value, gradient, False, False))
    return _Pointwise.apply(input, value, gradient, of_output, inplace)


# On a CPU torch.where and masked_fill branch at each number, which takes ten times as long as a product.


def step(x: Tensor, below: Any) -> Tensor:
    """1 where x > 0, else `below`."""
    sign = x.detach().sign()
    if isinstance(below, (int, float)) and 0 <= below <= 1:
        return sign.clamp_(min=below)
    above = sign.clamp_(min=0)
    return (1 - above).mul_(below).add_(above)


def positive(x: Tensor) -> Tensor:
    """1 where x > 0, else 0."""
    return x.detach().sign().clamp_(min=0)


def holds(comparison: Callable[..., Tensor], x: Tensor, bound: float | Tensor) -> Tensor:
    """1 where comparison(x, bound) holds, else 0, as numbers of x's dtype: holds(torch.gt, x, 3)."""
    return comparison(x.detach(), bound, out=torch.empty_like(x))


def gate(x: Tensor, opened: Tensor) -> Tensor:
    """x where `opened` is 1, and 0 where it is 0: for infinities too (0 * inf is NaN). NaN becomes infinite, or 0."""
    return x.nan_to_num(inf, inf, -inf).mul_(opened.detach()).nan_to_num_(0.0, inf, -inf)
