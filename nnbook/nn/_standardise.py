"""y = (x - μ) / sqrt(σ² + ε) · γ + β and its derivative, shared by batch, instance, group and layer norm.

They differ only in `over`, the dimensions that μ and σ² run over; normalization.py has the table.
"""

from typing import Any

import torch
from torch import Tensor

from nnbook.nn import init
from nnbook.nn.parameter import Parameter
from nnbook.nn.pointwise import widen

# μ, σ² and, if it is at hand, x - μ
Moments = tuple[Tensor, Tensor, Tensor | None]


def moments(input: Tensor, over: list[int]) -> Moments:
    """μ and σ² of the input over some dimensions, which stay with size 1. As constants: see `Standardise`."""
    return _moments(widen(input.detach()), over)


def _moments(x: Tensor, over: list[int]) -> Moments:
    # μ = mean of x. The second mean takes back what the first lost in rounding: much, where x is nearly constant.
    mean = x.mean(over, keepdim=True)
    centred = x - mean
    rest = centred.mean(over, keepdim=True)
    centred -= rest
    # σ² = mean of (x - μ)². E[x²] - E[x]² would subtract two large numbers to find a small one.
    return mean + rest, centred.square().mean(over, keepdim=True), centred


class Standardise(torch.autograd.Function):
    """y = (x - μ) / sqrt(σ² + ε) · γ + β, where μ and σ² are x's own over the dimensions `over` (none: constants).

    Written out, since autograd would keep x - μ and x̂ beside x, and pass over them more often than is needed.
    """

    @staticmethod
    def forward(
        ctx: Any,
        x: Tensor,
        moments: Moments,
        weight: Tensor | None,
        bias: Tensor | None,
        eps: float,
        over: Any,
    ) -> Tensor:
        mean, var, centred = moments
        # y = (x - μ) / sqrt(σ² + ε) · γ + β; one step at a time in the same memory
        rstd = torch.rsqrt(widen(var) + eps)
        y = (widen(x) - mean if centred is None else centred).mul_(rstd)
        if weight is not None:
            y *= weight
        if bias is not None:
            y += bias
        ctx.save_for_backward(x, mean, rstd, weight, bias)
        ctx.eps, ctx.over = eps, over
        return y.to(x.dtype)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Any:
        input, mean, rstd, weight, bias = ctx.saved_tensors
        x, dy = widen(input), widen(grad)
        gamma = x.new_ones([1] * x.dim()) if weight is None else widen(weight)
        if ctx.over and torch.is_grad_enabled():
            # For a second derivative μ and σ² are functions of x.
            mean, var, _ = _moments(x, ctx.over)
            rstd = torch.rsqrt(var + ctx.eps)

        # With x̂ = (x - μ) / sqrt(σ² + ε), the sums of dy and of dy · x̂ over all along which σ, γ and β are the same.
        # What follows needs no more than these. (The steps run in place: two tensors of x's size at a time, not six.)
        fine = _broadcast_shape(x, *(t for t in (rstd, weight, bias) if t is not None))
        sum_x, sum_1 = (x - mean).mul_(dy).sum_to_size(fine), dy.sum_to_size(fine)
        if x.numel():  # of nothing, σ is no number, and the sums are 0
            sum_x *= rstd
        # dγ = Σ dy · x̂, dβ = Σ dy
        dweight = None if weight is None else sum_x.sum_to_size(weight.shape).to(weight.dtype)
        dbias = None if bias is None else sum_1.sum_to_size(bias.shape).to(bias.dtype)

        def mean_over(t: Tensor, scale: float) -> Tensor:
            # mean of γ · t over the dimensions of μ and σ²: for layer norm a matrix times a vector
            total = t @ gamma.unsqueeze(1) if gamma.dim() < t.dim() else (t * gamma).sum_to_size(rstd.shape)
            return total * (scale * rstd.numel() / max(1, x.numel()))

        if not ctx.over:
            # dx = γ dy / sqrt(σ² + ε)
            dx = dy * (gamma * rstd)
        else:
            # dx = (γ dy - mean(γ dy) - x̂ · mean(γ dy · x̂)) / sqrt(σ² + ε)
            minus = mean_over(sum_x, -1) * rstd
            del sum_x
            dx = (x - mean).mul_(minus).sub_(mean_over(sum_1, 1)).addcmul_(dy, gamma).mul_(rstd)
        return dx.to(input.dtype), None, dweight, dbias, None, None


def _broadcast_shape(x: Tensor, *parts: Tensor) -> list[int]:
    """The common shape of some that broadcast to x's (`torch.broadcast_shapes` takes longer than a pass over x)."""
    dims = range(-x.dim(), 0)
    return [x.size(d) if any(p.dim() >= -d and p.size(d) != 1 for p in parts) else 1 for d in dims]


def per_channel(input: Tensor, *vectors: Tensor | None) -> list[Any]:
    """Vectors (C) in the shape (1, C, 1, ...) that fits input (N, C, *)."""
    shape = (1, -1, *[1] * (input.dim() - 2))
    return [v if v is None else v.view(shape) for v in vectors]


# Parameters and their checks ------------------------------------------------------------------------------------------


def register_affine(module: Any, shape: Any, weight: bool, bias: bool | None, device: Any, dtype: Any) -> None:
    """γ = 1 and β = 0, as far as there are any; with bias=None the module knows no bias at all."""
    ones, zeros = (make(shape, device=device, dtype=dtype) for make in (torch.ones, torch.zeros))
    module.register_parameter("weight", Parameter(ones) if weight else None)
    if bias is not None:
        module.register_parameter("bias", Parameter(zeros) if bias else None)


def reset_affine(module: Any) -> None:
    if module.weight is not None:
        init.ones_(module.weight)
    if getattr(module, "bias", None) is not None:
        init.zeros_(module.bias)


def check_channels(
    name: str,
    input: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None,
    bias: Tensor | None,
    momentum: float = 0.0,
) -> None:
    """That there is one number for each channel, wherever there are numbers."""
    if not isinstance(momentum, int | float):
        raise TypeError(f"{name}(): argument 'momentum' must be float, not {type(momentum).__name__}")
    if not input.is_floating_point():
        raise NotImplementedError(f"{name} is not implemented for {input.dtype}")
    given = {"running_mean": running_mean, "running_var": running_var, "weight": weight, "bias": bias}
    for what, tensor in given.items():
        if tensor is not None and tensor.numel() != input.size(1):
            raise RuntimeError(f"{what} should contain {input.size(1)} elements not {tensor.numel()}")
        check_dtype(name, input, what, tensor)


def check_dtype(name: str, input: Tensor, what: str, tensor: Tensor | None) -> None:
    # Half-precision inputs may meet float32 parameters; all else must be of one kind.
    if tensor is not None and tensor.dtype not in (input.dtype, widen(input).dtype):
        raise RuntimeError(f"{name} of {input.dtype} does not take {what} of dtype {tensor.dtype}")
