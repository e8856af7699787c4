"""Weight normalisation: a weight's length and its direction, learned apart."""

import warnings
from typing import Any

import torch
from torch import Tensor

from nnbook.nn.parameter import Parameter
from nnbook.nn.pointwise import widen


class _Rescale(torch.autograd.Function):
    """w = g · v / ‖v‖₂: v (n, *) and g (n, 1, ..), one length per slice along a dimension, or g (), one for the whole.

    Written out, since autograd would pass over v several times more, once for each step of the formula.
    """

    @staticmethod
    def forward(ctx: Any, v: Tensor, g: Tensor) -> Tensor:
        length = _length(v, g.shape)
        ctx.save_for_backward(v, g, length)
        return (widen(v) * (g / length)).to(v.dtype)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Any:
        v, g, length = ctx.saved_tensors
        if torch.is_grad_enabled():
            # for a second derivative the length is a function of v
            length = _length(v, g.shape)
        # dg = Σ dw · v / ‖v‖
        product = widen(grad) * v
        dg = product.sum_to_size(g.shape) / length
        # dv = g / ‖v‖ · (dw - dg · v / ‖v‖), what is left of dw across v; if it may be, in the memory of the product
        scale = g / length
        dv = torch.mul(grad, scale, out=None if torch.is_grad_enabled() else product)
        dv = dv.addcmul_(v, scale * dg / -length)
        return dv.to(v.dtype), dg.to(g.dtype)


def _length(v: Tensor, shape: Any) -> Tensor:
    """‖v‖₂ = sqrt(Σ v²), the sum over all along which the shape has 1."""
    if len(shape) > 1 and shape[0] > 1:
        # the same without a tensor of squares; along other dimensions torch is slow at it
        return torch.linalg.vector_norm(widen(v), dim=[*range(1, v.dim())], keepdim=True)
    return widen(v).square().sum_to_size(shape).sqrt()


class WeightNorm:
    """A hook that computes w = g · v / ‖v‖ anew before each call of its module."""

    def __init__(self, name: str, dim: int | None) -> None:
        self.name = name
        self.dim = -1 if dim is None else dim

    def norm(self, v: Tensor) -> Tensor:
        """‖v‖₂ of each slice along dim, (1, .., n, .., 1); of the whole, (), for dim = -1."""
        shape = [n if d == self.dim % v.dim() else 1 for d, n in enumerate(v.shape)] if self.dim != -1 else ()
        return _length(v, shape).to(v.dtype)

    def compute_weight(self, module: Any) -> Tensor:
        """w = g · v / ‖v‖₂."""
        return _Rescale.apply(getattr(module, self.name + "_v"), getattr(module, self.name + "_g"))

    def __call__(self, module: Any, inputs: Any) -> None:
        setattr(module, self.name, self.compute_weight(module))


def weight_norm(module: Any, name: str = "weight", dim: int | None = 0) -> Any:
    """w = g · v / ‖v‖₂, with g and v learned in place of w. Like `torch.nn.utils.weight_norm`.

    The parameter `name` of shape (n, *) becomes two: name_g (n, 1, ...), one length per slice along dim, and name_v
    (n, *). With dim=None one length, (), is that of the whole. Salimans and Kingma, arXiv 1602.07868.
    """
    warnings.warn(
        "`weight_norm` is deprecated in favor of the parametrization of the same name.", FutureWarning, stacklevel=2
    )
    if any(isinstance(h, WeightNorm) and h.name == name for h in module._forward_pre_hooks.values()):
        raise RuntimeError(f"Cannot register two weight_norm hooks on the same parameter {name}")
    hook, weight = WeightNorm(name, dim), getattr(module, name)
    if hasattr(weight, "materialize"):
        raise ValueError("a lazy module must be called once before its weight can be normalised")
    del module._parameters[name]
    module.register_parameter(name + "_g", Parameter(hook.norm(weight.detach())))
    module.register_parameter(name + "_v", Parameter(weight.detach()))
    setattr(module, name, hook.compute_weight(module))
    module.register_forward_pre_hook(hook)
    return module


def remove_weight_norm(module: Any, name: str = "weight") -> Any:
    """Makes w one parameter again, with the value that it has. Like `torch.nn.utils.remove_weight_norm`."""
    for key, hook in module._forward_pre_hooks.items():
        if isinstance(hook, WeightNorm) and hook.name == name:
            weight = hook.compute_weight(module)
            delattr(module, name)
            del module._parameters[name + "_g"], module._parameters[name + "_v"], module._forward_pre_hooks[key]
            setattr(module, name, Parameter(weight.detach()))
            return module
    raise ValueError(f"weight_norm of '{name}' not found in {module}")
