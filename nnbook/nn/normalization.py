"""Batch normalisation: BatchNorm1d and BatchNorm2d."""

import math
from typing import Any

import torch
from torch import Tensor

from nnbook.nn import init
from nnbook.nn.activation import widen
from nnbook.nn.module import Module
from nnbook.nn.parameter import Parameter

__all__ = ["BatchNorm1d", "BatchNorm2d"]


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
    _check_batch_norm(input, running_mean, running_var, weight, bias, training, momentum, eps)
    x = widen(input)
    others = [0, *range(2, x.dim())]  # all dimensions but the channels'
    if training:
        # μ_c = mean of x over batch and space; σ²_c = mean of (x - μ_c)²
        if x.numel():
            var, mean = torch.var_mean(x, others, correction=0)
        else:
            # Nothing has no mean, but gets none wrong either.
            mean, var = x.new_zeros(x.size(1)), x.new_ones(x.size(1))
        if running_mean is not None and running_var is not None and x.numel():
            n = x.numel() // x.size(1)
            with torch.no_grad():
                # running <- (1 - m) · running + m · batch; here the variance is the unbiased one, n / (n - 1) · σ²
                running_mean.copy_((1 - momentum) * running_mean + momentum * mean)
                running_var.copy_((1 - momentum) * running_var + momentum * var * (n / (n - 1)))
    else:
        assert running_mean is not None and running_var is not None
        mean, var = running_mean, running_var

    # y = (x - μ) · γ / sqrt(σ² + ε) + β
    channels = (1, -1, *[1] * (x.dim() - 2))
    scale = torch.rsqrt(widen(var) + eps)
    if weight is not None:
        scale = scale * weight
    y = (x - mean.view(channels)) * scale.view(channels)
    if bias is not None:
        y = y + bias.view(channels)
    return y.to(input.dtype)


class _BatchNorm(Module):
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

        def new(make: Any) -> Tensor:
            return make(num_features, device=device, dtype=dtype)

        # γ and β, learned
        self.register_parameter("weight", Parameter(new(torch.ones)) if affine else None)
        self.register_parameter("bias", Parameter(new(torch.zeros)) if affine and bias else None)
        # μ and σ² for evaluation, remembered
        count = torch.tensor(0, dtype=torch.long, device=device)
        self.register_buffer("running_mean", new(torch.zeros) if track_running_stats else None)
        self.register_buffer("running_var", new(torch.ones) if track_running_stats else None)
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
        if self.weight is not None:
            init.ones_(self.weight)
        if self.bias is not None:
            init.zeros_(self.bias)

    def forward(self, input: Tensor) -> Tensor:
        if input.dim() not in self._input_dims:
            expected = " or ".join(f"{dims}D" for dims in self._input_dims)
            raise ValueError(f"expected {expected} input (got {input.dim()}D input)")
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
    if not isinstance(momentum, int | float):
        raise TypeError(f"batch_norm(): argument 'momentum' must be float, not {type(momentum).__name__}")
    if (running_mean is None) != (running_var is None):
        raise ValueError("running_mean and running_var must either both be None or neither be None")
    if running_mean is None and not training:
        raise RuntimeError("running_mean must be defined in evaluation mode")
    if not input.is_floating_point():
        raise NotImplementedError(f"batch_norm is not implemented for {input.dtype}")
    # (C) must have a name before it can be wrong: an input without a channel dimension is an IndexError.
    channels = input.size(1)
    if channels == 0:
        raise IndexError("batch_norm needs at least one channel")
    given = {"running_mean": running_mean, "running_var": running_var, "weight": weight, "bias": bias}
    for name, tensor in given.items():
        if tensor is not None and tensor.numel() != channels:
            raise RuntimeError(f"{name} should contain {channels} elements not {tensor.numel()}")
        # Half-precision inputs may meet float32 parameters; all else must be of one kind.
        if tensor is not None and tensor.dtype not in (input.dtype, widen(input).dtype):
            raise RuntimeError(f"batch_norm of {input.dtype} does not take {name} of dtype {tensor.dtype}")


class BatchNorm1d(_BatchNorm):
    """y = (x - μ) / sqrt(σ² + ε) · γ + β for each feature. Like `torch.nn.BatchNorm1d`.

    input (N, C) or (N, C, L) -> the same; everything else as in BatchNorm2d. Source: torch.nn.BatchNorm1d.
    """

    _input_dims = (2, 3)


class BatchNorm2d(_BatchNorm):
    """y = (x - μ) / sqrt(σ² + ε) · γ + β for each channel. Like `torch.nn.BatchNorm2d`.

    input (N, C, H, W) -> (N, C, H, W); weight γ, bias β, running_mean and running_var are (C). In training μ and σ²
    are taken over N, H and W of this batch, and the running ones move by the share `momentum` towards them (None: they
    average all batches). In eval() the running ones are used. affine=False leaves γ and β out, bias=False only β,
    track_running_stats=False the running statistics.

    Source: torch.nn.BatchNorm2d; Ioffe and Szegedy, arXiv 1502.03167.
    """

    _input_dims = (4,)
