"""Normalization within one sample: GroupNorm, LayerNorm, RMSNorm."""

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from nnbook.nn._standardise import Standardise, check_channels, check_dtype, moments, register_affine, reset_affine
from nnbook.nn.module import Module
from nnbook.nn.pointwise import widen

__all__ = ["GroupNorm", "LayerNorm", "RMSNorm"]


def layer_norm(
    input: Tensor,
    normalized_shape: Sequence[int],
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-05,
) -> Tensor:
    """y = (x - μ) / sqrt(σ² + ε) · γ + β at each position. Like `torch.nn.functional.layer_norm`.

    input (*, *normalized_shape), weight and bias of normalized_shape or none -> as input.
    """
    _check_last("layer_norm", input, normalized_shape, weight=weight, bias=bias)
    x = input.contiguous().flatten(-len(normalized_shape))  # (*, D)
    # μ and σ² of each position, over its D features
    over = [x.dim() - 1]
    gamma, beta = (v if v is None else v.flatten() for v in (weight, bias))
    y = Standardise.apply(x, moments(x, over), gamma, beta, eps, over)
    return y if x is input else y.view(input.shape)


class LayerNorm(Module):
    """y = (x - μ) / sqrt(σ² + ε) · γ + β at each position. Like `torch.nn.LayerNorm`.

    input (*, *normalized_shape) -> the same, with weight γ and bias β of normalized_shape (a number: the last
    dimension alone). Each position is normalised over its own features, so no batch is needed and training and
    evaluation are alike.

    Source: torch.nn.LayerNorm; Ba, Kiros and Hinton, arXiv 1607.06450.
    """

    weight: Tensor | None
    bias: Tensor | None

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float = 1e-05,
        elementwise_affine: bool = True,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.normalized_shape = _as_tuple(normalized_shape)
        self.eps, self.elementwise_affine = eps, elementwise_affine
        register_affine(self, self.normalized_shape, elementwise_affine, elementwise_affine and bias, device, dtype)

    def reset_parameters(self) -> None:
        """Back to the start: γ = 1, β = 0."""
        reset_affine(self)

    def forward(self, input: Tensor) -> Tensor:
        return layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        return (
            f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}, "
            f"bias={self.bias is not None}"
        )


def group_norm(
    input: Tensor, num_groups: int, weight: Tensor | None = None, bias: Tensor | None = None, eps: float = 1e-05
) -> Tensor:
    """y = (x - μ) / sqrt(σ² + ε) · γ + β, μ and σ² for each group of channels. Like `torch.nn.functional.group_norm`.

    input (N, C, *), weight and bias (C) or none -> (N, C, *).
    """
    _check_group_norm(input, num_groups, weight, bias)
    groups = (num_groups, input.size(1) // num_groups)
    x = input.unflatten(1, groups)  # (N, G, C/G, *)
    # μ and σ² of each group of each sample, over its channels and space
    over = list(range(2, x.dim()))
    shape = (1, *groups, *[1] * (x.dim() - 3))
    gamma, beta = (v if v is None else v.view(shape) for v in (weight, bias))
    return Standardise.apply(x, moments(x, over), gamma, beta, eps, over).flatten(1, 2)


class GroupNorm(Module):
    """y = (x - μ) / sqrt(σ² + ε) · γ + β, μ and σ² for each of num_groups groups of channels. Like
    `torch.nn.GroupNorm`.

    input (N, C, *) -> (N, C, *), with weight γ and bias β (C); a group is C / num_groups channels that lie together.
    One group is layer norm over (C, *), as many groups as channels are instance norm.

    Source: torch.nn.GroupNorm; Wu and He, arXiv 1803.08494.
    """

    weight: Tensor | None
    bias: Tensor | None

    def __init__(
        self,
        num_groups: int,
        num_channels: int,
        eps: float = 1e-05,
        affine: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        if num_channels % num_groups != 0:
            raise ValueError(f"num_channels ({num_channels}) must be divisible by num_groups ({num_groups})")
        self.num_groups, self.num_channels, self.eps, self.affine = num_groups, num_channels, eps, affine
        register_affine(self, num_channels, affine, affine and bias, device, dtype)

    def reset_parameters(self) -> None:
        """Back to the start: γ = 1, β = 0."""
        reset_affine(self)

    def forward(self, input: Tensor) -> Tensor:
        return group_norm(input, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        return (
            f"{self.num_groups}, {self.num_channels}, eps={self.eps}, affine={self.affine}, "
            f"bias={self.bias is not None}"
        )


def rms_norm(
    input: Tensor, normalized_shape: Sequence[int], weight: Tensor | None = None, eps: float | None = None
) -> Tensor:
    """y = x / sqrt(mean of x² + ε) · γ at each position. Like `torch.nn.functional.rms_norm`.

    input (*, *normalized_shape), weight of normalized_shape or none -> as input. Without eps it is the dtype's own.
    """
    _check_last("rms_norm", input, normalized_shape, weight=weight)
    x = widen(input)
    over = list(range(-len(normalized_shape), 0))
    if eps is None:
        eps = torch.finfo(x.dtype).eps
    # y = x / sqrt(mean of x² + ε) · γ
    y = x * torch.rsqrt(x.square().mean(over, keepdim=True) + eps)
    return (y if weight is None else y * weight).to(input.dtype)


class RMSNorm(Module):
    """y = x / sqrt(mean of x² + ε) · γ at each position: LayerNorm without μ and β. Like `torch.nn.RMSNorm`.

    input (*, *normalized_shape) -> the same, with weight γ of normalized_shape. eps=None stands for the distance from
    1 to the next number of the input's dtype.

    Source: torch.nn.RMSNorm; Zhang and Sennrich, arXiv 1910.07467.
    """

    weight: Tensor | None

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float | None = None,
        elementwise_affine: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.normalized_shape = _as_tuple(normalized_shape)
        self.eps, self.elementwise_affine = eps, elementwise_affine
        register_affine(self, self.normalized_shape, elementwise_affine, None, device, dtype)

    def reset_parameters(self) -> None:
        """Back to the start: γ = 1."""
        reset_affine(self)

    def forward(self, x: Tensor) -> Tensor:
        return rms_norm(x, self.normalized_shape, self.weight, self.eps)

    def extra_repr(self) -> str:
        return f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"


# Checks of arguments --------------------------------------------------------------------------------------------------


def _as_tuple(shape: int | Sequence[int]) -> tuple[int, ...]:
    return (shape,) if isinstance(shape, int) else tuple(shape)


def _check_group_norm(input: Tensor, num_groups: int, weight: Tensor | None, bias: Tensor | None) -> None:
    if input.dim() < 2:
        raise RuntimeError(f"group_norm expects at least 2 dimensions, but got {input.dim()}")
    if input.size(0) * input.size(1) // num_groups * math.prod(input.shape[2:]) == 1:
        raise ValueError(f"Expected more than 1 value per group, got input size {input.shape}")
    if num_groups < 0 or input.size(1) % num_groups:
        raise RuntimeError(f"channels of input {[*input.shape]} cannot be divided into {num_groups} groups")
    check_channels("group_norm", input, None, None, weight, bias)


def _check_last(name: str, input: Tensor, normalized_shape: Sequence[int], **parameters: Tensor | None) -> None:
    """That the last dimensions of input, and the parameters, have the shape that is to be normalised."""
    if isinstance(normalized_shape, int):
        raise TypeError(f"{name}(): argument 'normalized_shape' must be tuple of ints, not int")
    shape = tuple(normalized_shape)
    if not shape or tuple(input.shape[-len(shape) :]) != shape:
        raise RuntimeError(f"normalized_shape={[*shape]} does not fit input of size {[*input.shape]}")
    for what, tensor in parameters.items():
        if tensor is not None and tuple(tensor.shape) != shape:
            raise RuntimeError(f"{what} should have shape {[*shape]}, not {[*tensor.shape]}")
        if name == "layer_norm":  # rms_norm mixes dtypes as it finds them
            check_dtype(name, input, what, tensor)
    if not (input.is_floating_point() or (input.is_complex() and name == "rms_norm")):
        raise NotImplementedError(f"{name} is not implemented for {input.dtype}")
