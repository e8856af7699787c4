"""Linear layers: Identity, Linear."""

import math
from typing import Any

import torch
from torch import Tensor

from nnbook.nn import init
from nnbook.nn.module import Module
from nnbook.nn.parameter import Parameter

__all__ = ["Identity", "Linear"]


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
