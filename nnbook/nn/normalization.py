"""Normalization: y = (x - μ) / sqrt(σ² + ε) · γ + β. The layers differ in what μ and σ² are taken over.

               input          μ and σ² over    so there is one of each for every
BatchNorm      (N, C, *)      N, *             channel
InstanceNorm   (N, C, *)      *                channel of a sample
GroupNorm      (N, G, C/G, *) C/G, *           group of channels of a sample
LayerNorm      (*, D)         D                position
RMSNorm        (*, D)         D                position; μ = 0 and there is no β
"""

import math
import warnings
from typing import Any

import torch
from torch import Tensor

from nnbook.nn._standardise import Standardise, check_channels, moments, per_channel, register_affine, reset_affine
from nnbook.nn.layer_norm import GroupNorm, LayerNorm, RMSNorm
from nnbook.nn.local_response import LocalResponseNorm
from nnbook.nn.module import Module

__all__ = [
    "BatchNorm1d",
    "BatchNorm2d",
    "BatchNorm3d",
    "GroupNorm",
    "InstanceNorm1d",
    "InstanceNorm2d",
    "InstanceNorm3d",
    "LayerNorm",
    "LocalResponseNorm",
    "RMSNorm",
]


def batch_norm(
    input: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-05,
) -> Tensor:
    """y = (x - μ) / sqrt(σ² + ε) · γ + β for each channel. Like `torch.nn.functional.batch_norm`.

    In training μ and σ² are the batch's own and, if running statistics are given, move them (in place); otherwise they
    are the running ones. input (N, C, *), the others (C) or none -> (N, C, *).
    """
    if input.shape == (0,):
        return input.clone()  # no channels, nothing to do
    _check_batch_norm(input, running_mean, running_var, weight, bias, training, momentum, eps)
    if training:
        # μ = mean of x and σ² = mean of (x - μ)², for each channel over batch and space
        over = [0, *range(2, input.dim())]
        mean, var, centred = moments(input, over)
        _remember(running_mean, running_var, mean, var, momentum, input.numel() // input.size(1))
    else:
        over = []
        mean, var = per_channel(input, running_mean, running_var)
        centred = None
    # y = (x - μ) / sqrt(σ² + ε) · γ + β
    return Standardise.apply(input, (mean, var, centred), *per_channel(input, weight, bias), eps, over)


@torch.no_grad()
def _remember(
    running_mean: Tensor | None, running_var: Tensor | None, mean: Tensor, var: Tensor, momentum: float, n: int
) -> None:
    if running_mean is not None and running_var is not None and n > 0:
        # running <- (1 - m) · running + m · new; here the variance is the unbiased one, n / (n - 1) · σ²
        running_mean.copy_((1 - momentum) * running_mean + momentum * mean.flatten())
        running_var.copy_((1 - momentum) * running_var + momentum * var.flatten() * (n / (n - 1)))


class _NormBase(Module):
    """What batch norms of all dimensions share; a subclass says which inputs it takes."""

    _version = 2  # since version 2 num_batches_tracked is saved
    _input_dims: tuple[int, ...]
    weight: Tensor | None
    bias: Tensor | None
    running_mean: Tensor | None
    running_var: Tensor | None
    num_batches_tracked: Tensor | None

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-05,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.affine, self.track_running_stats = affine, track_running_stats

        # γ and β, learned
        register_affine(self, num_features, affine, affine and bias, device, dtype)
        # μ and σ² for evaluation, remembered
        count = torch.tensor(0, dtype=torch.long, device=device)
        self.register_buffer(
            "running_mean", torch.zeros(num_features, device=device, dtype=dtype) if track_running_stats else None
        )
        self.register_buffer(
            "running_var", torch.ones(num_features, device=device, dtype=dtype) if track_running_stats else None
        )
        self.register_buffer("num_batches_tracked", count if track_running_stats else None)

    def reset_running_stats(self) -> None:
        """Forgets all batches seen so far."""
        if self.track_running_stats:
            for buffer, value in ((self.running_mean, 0), (self.running_var, 1), (self.num_batches_tracked, 0)):
                assert buffer is not None
                buffer.fill_(value)

    def reset_parameters(self) -> None:
        """Back to the start: γ = 1, β = 0, no batch seen."""
        self.reset_running_stats()
        reset_affine(self)

    def _check_dims(self, input: Tensor) -> None:
        if input.dim() not in self._input_dims:
            expected = " or ".join(f"{dims}D" for dims in self._input_dims)
            raise ValueError(f"expected {expected} input (got {input.dim()}D input)")

    def extra_repr(self) -> str:
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.affine}, "
            f"bias={self.bias is not None}, track_running_stats={self.track_running_stats}"
        )

    def _load_from_state_dict(self, state_dict: Any, prefix: str, local_metadata: dict[str, Any], *rest: Any) -> None:
        old = (local_metadata.get("version") or 1) < 2
        if old and self.track_running_stats and self.num_batches_tracked is not None:
            state_dict.setdefault(prefix + "num_batches_tracked", self.num_batches_tracked)
        super()._load_from_state_dict(state_dict, prefix, local_metadata, *rest)


class _BatchNorm(_NormBase):
    def forward(self, input: Tensor) -> Tensor:
        self._check_dims(input)
        momentum = self.momentum if self.momentum is not None else 0.0
        if self.training and self.track_running_stats and self.num_batches_tracked is not None:
            self.num_batches_tracked.add_(1)
            if self.momentum is None:
                # The k-th batch moves the running mean by 1/k: the plain average of all batches.
                momentum = 1.0 / float(self.num_batches_tracked)
        # A layer that remembers nothing uses the batch's statistics in evaluation, too.
        use_batch = self.training or (self.running_mean is None and self.running_var is None)
        remembers = not self.training or self.track_running_stats
        mean, var = (self.running_mean, self.running_var) if remembers else (None, None)
        return batch_norm(input, mean, var, self.weight, self.bias, use_batch, momentum, self.eps)


class BatchNorm2d(_BatchNorm):
    """y = (x - μ) / sqrt(σ² + ε) · γ + β for each channel. Like `torch.nn.BatchNorm2d`.

    input (N, C, H, W) -> (N, C, H, W); weight γ, bias β, running_mean and running_var are (C). In training μ and σ²
    are taken over N, H and W of this batch, and the running ones move by the share `momentum` towards them (None: they
    average all batches). In eval() the running ones are used. affine=False leaves γ and β out, bias=False only β,
    track_running_stats=False the running statistics.

    Source: torch.nn.BatchNorm2d; Ioffe and Szegedy, arXiv 1502.03167.
    """

    _input_dims = (4,)


class BatchNorm1d(_BatchNorm):
    """y = (x - μ) / sqrt(σ² + ε) · γ + β for each feature. Like `torch.nn.BatchNorm1d`.

    input (N, C) or (N, C, L) -> the same; everything else as in BatchNorm2d. Source: torch.nn.BatchNorm1d.
    """

    _input_dims = (2, 3)


class BatchNorm3d(_BatchNorm):
    """y = (x - μ) / sqrt(σ² + ε) · γ + β for each channel. Like `torch.nn.BatchNorm3d`.

    input (N, C, D, H, W) -> the same; everything else as in BatchNorm2d. Source: torch.nn.BatchNorm3d.
    """

    _input_dims = (5,)


def instance_norm(
    input: Tensor,
    running_mean: Tensor | None = None,
    running_var: Tensor | None = None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    use_input_stats: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-05,
) -> Tensor:
    """y = (x - μ) / sqrt(σ² + ε) · γ + β for each channel of each sample. Like `torch.nn.functional.instance_norm`.

    Without `use_input_stats` μ and σ² are the running ones, as in batch norm. input (N, C, *), others (C) or none.
    """
    _check_instance_norm(input, running_mean, running_var, weight, bias, use_input_stats, momentum)
    if not use_input_stats:
        return batch_norm(input, running_mean, running_var, weight, bias, False, momentum, eps)
    # μ and σ² of each channel of each sample, over space
    over = list(range(2, input.dim()))
    mean, var, centred = moments(input, over)
    _remember(running_mean, running_var, mean.mean(0), var.mean(0), momentum, math.prod(input.shape[2:]))
    return Standardise.apply(input, (mean, var, centred), *per_channel(input, weight, bias), eps, over)


class _InstanceNorm(_NormBase):
    """What instance norms of all dimensions share."""

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-05,
        momentum: float = 0.1,
        affine: bool = False,
        track_running_stats: bool = False,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device, dtype, bias=bias)

    def forward(self, input: Tensor) -> Tensor:
        self._check_dims(input)
        batched = input.dim() == self._input_dims[-1]
        x = input if batched else input.unsqueeze(0)
        if x.size(1) != self.num_features:
            message = f"expected {self.num_features} channels (num_features), but got {x.size(1)}"
            if self.affine:
                raise ValueError(message)
            warnings.warn(f"{message}, which without affine makes no difference", stacklevel=2)
        y = instance_norm(
            x,
            self.running_mean,
            self.running_var,
            self.weight,
            self.bias,
            self.training or not self.track_running_stats,
            self.momentum if self.momentum is not None else 0.0,
            self.eps,
        )
        return y if batched else y.squeeze(0)

    def _load_from_state_dict(self, state_dict: Any, prefix: str, local_metadata: dict[str, Any], *rest: Any) -> None:
        # Once every instance norm had running statistics; such a state is an error where they are not kept.
        old = [k for k in ("running_mean", "running_var") if prefix + k in state_dict]
        if local_metadata.get("version") is None and not self.track_running_stats and old:
            rest[-1].append(
                f"{' and '.join(old)}: {type(self).__name__} keeps no running statistics unless "
                "track_running_stats=True. Take them out of the state_dict, or keep them."
            )
            for name in old:
                del state_dict[prefix + name]
        super()._load_from_state_dict(state_dict, prefix, local_metadata, *rest)


class InstanceNorm1d(_InstanceNorm):
    """y = (x - μ) / sqrt(σ² + ε) · γ + β for each channel of each sample. Like `torch.nn.InstanceNorm1d`.

    input (N, C, L) or (C, L) -> the same; everything else as in InstanceNorm2d. Source: torch.nn.InstanceNorm1d.
    """

    _input_dims = (2, 3)


class InstanceNorm2d(_InstanceNorm):
    """y = (x - μ) / sqrt(σ² + ε) · γ + β for each channel of each sample. Like `torch.nn.InstanceNorm2d`.

    input (N, C, H, W) or (C, H, W) -> the same. μ and σ² are taken over H and W, in training and in evaluation alike,
    unless track_running_stats=True: then evaluation uses running ones, as in BatchNorm2d. affine=True brings γ and β.

    Source: torch.nn.InstanceNorm2d; Ulyanov et al., arXiv 1607.08022.
    """

    _input_dims = (3, 4)


class InstanceNorm3d(_InstanceNorm):
    """y = (x - μ) / sqrt(σ² + ε) · γ + β for each channel of each sample. Like `torch.nn.InstanceNorm3d`.

    input (N, C, D, H, W) or (C, D, H, W) -> the same; else as in InstanceNorm2d. Source: torch.nn.InstanceNorm3d.
    """

    _input_dims = (4, 5)


# Checks of arguments --------------------------------------------------------------------------------------------------


def _check_batch_norm(
    input: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None,
    bias: Tensor | None,
    training: bool,
    momentum: float,
    eps: float,
) -> None:
    shape = input.shape
    if training and shape[0] * math.prod(shape[2:]) == 1:
        raise ValueError(f"Expected more than 1 value per channel when training, got input size {shape}")
    if eps < 0 or (training and eps == 0):
        raise ValueError(f"batch_norm eps must be {'positive during training' if training else 'non-negative'}: {eps}")
    if (running_mean is None) != (running_var is None):
        raise ValueError("running_mean and running_var must either both be None or neither be None")
    if running_mean is None and not training:
        raise RuntimeError("running_mean must be defined in evaluation mode")
    # (C) must have a name before it can be wrong: an input without a channel dimension is an IndexError.
    if input.size(1) == 0:
        raise IndexError("batch_norm needs at least one channel")
    check_channels("batch_norm", input, running_mean, running_var, weight, bias, momentum)


def _check_instance_norm(
    input: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None,
    bias: Tensor | None,
    use_input_stats: bool,
    momentum: float,
) -> None:
    if use_input_stats and math.prod(input.shape[2:]) == 1:
        raise ValueError(f"Expected more than 1 spatial element when training, got input size {input.shape}")
    if (running_mean is None) != (running_var is None):
        raise ValueError("running_mean and running_var must either both be None or neither be None")
    if running_mean is None and not use_input_stats:
        raise RuntimeError("running_mean and running_var must be defined when use_input_stats is false")
    check_channels("instance_norm", input, running_mean, running_var, weight, bias, momentum)
