"""Linear layers: Identity, Linear, Bilinear."""

import math
from typing import Any

import torch
from torch import Tensor

from nnbook.nn import init
from nnbook.nn.module import Module
from nnbook.nn.parameter import Parameter

__all__ = ["Bilinear", "Identity", "Linear"]


def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """y = x Wᵀ + b. Like `torch.nn.functional.linear`.

    input (*, in), weight (out, in) or (in), bias (out) or none -> (*, out) or (*).
    """
    # y_i = Σ_j W_ij x_j
    y = input @ weight.t()
    if bias is not None:
        if weight.dim() == 1:
            raise RuntimeError(f"a bias needs a weight of shape (out, in), but got weight of shape {[*weight.shape]}")
        if bias.dtype != weight.dtype:
            raise RuntimeError(f"weight and bias must have the same dtype, but got {weight.dtype} and {bias.dtype}")
        # + b_i. In place (y is ours alone), which also refuses a bias that would make y larger.
        y += bias
    return y


class Identity(Module):
    """y = x, whatever the arguments: a placeholder that fits everywhere. Like `torch.nn.Identity`.

    input (*) -> (*).
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()

    def forward(self, input: Tensor) -> Tensor:
        return input


class Linear(Module):
    """y = x Wᵀ + b. Like `torch.nn.Linear`.

    input (*, in_features) -> (*, out_features), with weight (out_features, in_features) and bias (out_features).
    Both start from U(-k, k) with k = 1/sqrt(in_features).

    Source: torch.nn.Linear.
    """

    weight: Tensor
    bias: Tensor | None

    def __init__(
        self, in_features: int, out_features: int, bias: bool = True, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__()
        self.in_features = in_features
        self.out_features = out_features
        self.weight = Parameter(torch.empty((out_features, in_features), device=device, dtype=dtype))
        if bias:
            self.bias = Parameter(torch.empty(out_features, device=device, dtype=dtype))
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draws the first weights. A slope of sqrt(5) turns Kaiming's bound into 1/sqrt(fan_in)."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            # b ~ U(-1/sqrt(in), 1/sqrt(in))
            bound = 1 / math.sqrt(self.in_features) if self.in_features > 0 else 0
            init.uniform_(self.bias, -bound, bound)

    def forward(self, input: Tensor) -> Tensor:
        return linear(input, self.weight, self.bias)

    def extra_repr(self) -> str:
        return f"in_features={self.in_features}, out_features={self.out_features}, bias={self.bias is not None}"


class _Bilinear(torch.autograd.Function):
    """x₁ᵀ W_o x₂ for rows. Written out, since autograd would keep all products of features from forward to backward."""

    @staticmethod
    def forward(ctx: Any, x1: Tensor, x2: Tensor, weight: Tensor) -> Tensor:
        ctx.save_for_backward(x1, x2, weight)
        # y_o = Σ_ij x₁_i x₂_j W_oij: a linear layer on all products of a feature of x₁ and one of x₂
        return (x1.unsqueeze(2) * x2.unsqueeze(1)).flatten(1) @ weight.flatten(1).t()

    @staticmethod
    def backward(ctx: Any, dy: Tensor) -> Any:
        x1, x2, weight = ctx.saved_tensors
        # dW_oij = Σ dy_o x₁_i x₂_j over the rows
        dweight = (dy.t() @ (x1.unsqueeze(2) * x2.unsqueeze(1)).flatten(1)).view(weight.shape)
        # dP_ij = Σ_o dy_o W_oij; dx₁ = dP x₂, dx₂ = dPᵀ x₁
        dp = (dy @ weight.flatten(1)).unflatten(1, weight.shape[1:])
        return (dp @ x2.unsqueeze(2)).squeeze(2), (x1.unsqueeze(1) @ dp).squeeze(1), dweight


def bilinear(input1: Tensor, input2: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """y_o = x₁ᵀ W_o x₂ + b_o. Like `torch.nn.functional.bilinear`.

    input1 (*, in1), input2 (*, in2), weight (out, in1, in2), bias (out) or none -> (*, out).
    """
    if weight.dim() != 3 or input1.shape[:-1] != input2.shape[:-1]:
        shapes = [[*t.shape] for t in (input1, input2, weight)]
        raise RuntimeError("bilinear needs (*, in1), (*, in2) and (out, in1, in2), but got {}, {}, {}".format(*shapes))
    if (input1.size(-1), input2.size(-1)) != tuple(weight.shape[1:]):
        raise RuntimeError(f"features {input1.size(-1)}, {input2.size(-1)} do not fit weight {[*weight.shape]}")
    rows = (x.reshape(-1, x.size(-1)) for x in (input1, input2))
    y = _Bilinear.apply(*rows, weight).view(*input1.shape[:-1], weight.size(0))
    return y if bias is None else y.add_(bias)  # in place: a bias that would make y larger is refused


class Bilinear(Module):
    """y_o = x₁ᵀ W_o x₂ + b_o. Like `torch.nn.Bilinear`.

    input1 (*, in1_features), input2 (*, in2_features) -> (*, out_features), with weight (out_features, in1_features,
    in2_features) and bias (out_features). Both start from U(-k, k) with k = 1/sqrt(in1_features).

    Source: torch.nn.Bilinear.
    """

    weight: Tensor
    bias: Tensor | None

    def __init__(
        self,
        in1_features: int,
        in2_features: int,
        out_features: int,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.in1_features, self.in2_features, self.out_features = in1_features, in2_features, out_features
        self.weight = Parameter(torch.empty((out_features, in1_features, in2_features), device=device, dtype=dtype))
        self.register_parameter(
            "bias", Parameter(torch.empty(out_features, device=device, dtype=dtype)) if bias else None
        )
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draws the first weights from U(-k, k) with k = 1/sqrt(in1_features)."""
        if self.in1_features <= 0:
            raise ValueError(f"in1_features must be > 0, but got (in1_features={self.in1_features})")
        bound = 1 / math.sqrt(self.in1_features)
        for parameter in (self.weight, self.bias):
            if parameter is not None:
                init.uniform_(parameter, -bound, bound)

    def forward(self, input1: Tensor, input2: Tensor) -> Tensor:
        return bilinear(input1, input2, self.weight, self.bias)

    def extra_repr(self) -> str:
        return (
            f"in1_features={self.in1_features}, in2_features={self.in2_features}, "
            f"out_features={self.out_features}, bias={self.bias is not None}"
        )
