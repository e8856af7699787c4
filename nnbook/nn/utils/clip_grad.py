"""Keeping gradients small: by their norm, all together, or value by value."""

import types
import warnings
from collections.abc import Iterable

import torch
from torch import Tensor


def _listed(tensors: Tensor | Iterable[Tensor]) -> list[Tensor]:
    return [tensors] if isinstance(tensors, Tensor) else list(tensors)


@torch.no_grad()
def get_total_norm(
    tensors: Tensor | Iterable[Tensor],
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """‖g‖_p = (Σ |g_i|^p)^(1/p) over all elements of all tensors. Like `torch.nn.utils.get_total_norm`.

    norm_type is p, also inf. foreach, which chooses among kernels of torch, changes nothing.
    """
    tensors, norm_type = _listed(tensors), float(norm_type)
    if not tensors:
        return torch.tensor(0.0)
    # The norm of all is the norm of the norms of each.
    norms = [torch.linalg.vector_norm(tensor, norm_type) for tensor in tensors]
    total = torch.linalg.vector_norm(torch.stack([n.to(tensors[0].device) for n in norms]), norm_type)
    if error_if_nonfinite and not total.isfinite():
        raise RuntimeError(f"the total norm of order {norm_type} is {total}, so nothing can be clipped to it")
    return total


@torch.no_grad()
def clip_grads_with_norm_(
    parameters: Tensor | Iterable[Tensor], max_norm: float, total_norm: Tensor, foreach: bool | None = None
) -> None:
    """g <- g · min(1, max_norm / (total_norm + 1e-6)), in place. Like `torch.nn.utils.clip_grads_with_norm_`."""
    gradients = [p.grad for p in _listed(parameters) if p.grad is not None]
    # A factor of 1 is multiplied with, too: asking whether it is 1 would make a GPU wait.
    factor = torch.clamp(float(max_norm) / (total_norm + 1e-6), max=1.0)
    for gradient in gradients:
        gradient.mul_(factor.to(gradient.device))


def clip_grad_norm_(
    parameters: Tensor | Iterable[Tensor],
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """g <- g · min(1, max_norm / (‖g‖_p + 1e-6)), in place. Like `torch.nn.utils.clip_grad_norm_`.

    ‖g‖_p is the norm of the gradients of all parameters, as one long vector: they shrink by one factor, and their
    direction stays. It is returned as it was before. Pascanu et al., arXiv 1211.5063.
    """
    generated = isinstance(parameters, types.GeneratorType)
    parameters = _listed(parameters)  # a generator could be walked through only once
    if generated and not parameters:
        warnings.warn("`parameters` is an empty generator, no gradient clipping will occur.", stacklevel=2)
    gradients = [p.grad for p in parameters if p.grad is not None]
    total_norm = get_total_norm(gradients, norm_type, error_if_nonfinite, foreach)
    clip_grads_with_norm_(parameters, max_norm, total_norm, foreach)
    return total_norm


@torch.no_grad()
def clip_grad_value_(parameters: Tensor | Iterable[Tensor], clip_value: float, foreach: bool | None = None) -> None:
    """g_i <- min(max(g_i, -clip_value), clip_value), in place. Like `torch.nn.utils.clip_grad_value_`."""
    for p in _listed(parameters):
        if p.grad is not None:
            p.grad.clamp_(-float(clip_value), float(clip_value))
