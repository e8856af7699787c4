"""A layer and the batch normalisation after it, in evaluation, as one layer."""

import copy
from typing import Any

import torch
from torch import Tensor

from nnbook.nn.parameter import Parameter


def fuse_conv_bn_weights(
    conv_w: Tensor,
    conv_b: Tensor | None,
    bn_rm: Tensor,
    bn_rv: Tensor,
    bn_eps: float,
    bn_w: Tensor | None,
    bn_b: Tensor | None,
    transpose: bool = False,
) -> tuple[Parameter, Parameter]:
    """(W x + b - μ) γ / sqrt(σ² + ε) + β = W' x + b'; gives W' and b'. Like `torch.nn.utils.fuse_conv_bn_weights`.

    With transpose, the output channels are the second dimension of W, as in a transposed convolution.
    """
    b = torch.zeros_like(bn_rm) if conv_b is None else conv_b
    scale = torch.rsqrt(bn_rv + bn_eps) if bn_w is None else bn_w * torch.rsqrt(bn_rv + bn_eps)
    channels = [1, -1] if transpose else [-1, 1]
    # W' = W γ / sqrt(σ² + ε), b' = (b - μ) γ / sqrt(σ² + ε) + β
    weight = conv_w * scale.view(channels + [1] * (conv_w.dim() - 2))
    bias = (b - bn_rm) * scale + (0 if bn_b is None else bn_b)
    dtype = conv_w.dtype if conv_b is None else conv_b.dtype
    return Parameter(weight.to(conv_w.dtype), conv_w.requires_grad), Parameter(bias.to(dtype), b.requires_grad)


def fuse_linear_bn_weights(
    linear_w: Tensor,
    linear_b: Tensor | None,
    bn_rm: Tensor,
    bn_rv: Tensor,
    bn_eps: float,
    bn_w: Tensor,
    bn_b: Tensor,
) -> tuple[Parameter, Parameter]:
    """The same for a Linear layer. Like `torch.nn.utils.fuse_linear_bn_weights`."""
    return fuse_conv_bn_weights(linear_w, linear_b, bn_rm, bn_rv, bn_eps, bn_w, bn_b)


def fuse_conv_bn_eval(conv: Any, bn: Any, transpose: bool = False) -> Any:
    """A copy of `conv` that does what conv and then bn do, in evaluation. Like `torch.nn.utils.fuse_conv_bn_eval`."""
    _check(conv, bn)
    fused = copy.deepcopy(conv)
    norm = (bn.running_mean, bn.running_var, bn.eps, bn.weight, bn.bias)
    fused.weight, fused.bias = fuse_conv_bn_weights(fused.weight, fused.bias, *norm, transpose)
    return fused


def fuse_linear_bn_eval(linear: Any, bn: Any) -> Any:
    """A copy of `linear` that does what linear and then bn do. Like `torch.nn.utils.fuse_linear_bn_eval`."""
    if bn.num_features not in (linear.out_features, 1):
        raise AssertionError(f"bn takes {bn.num_features} features, linear gives {linear.out_features}")
    return fuse_conv_bn_eval(linear, bn)


def _check(layer: Any, bn: Any) -> None:
    if layer.training or bn.training:
        raise AssertionError("fusion is for evaluation: call eval() on both first")
    if bn.running_mean is None or bn.running_var is None:
        raise AssertionError("bn has no running statistics")
