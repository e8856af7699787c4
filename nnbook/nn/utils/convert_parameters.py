"""All parameters of a model as one long vector, and back."""

from collections.abc import Iterable, Iterator

import torch
from torch import Tensor


def parameters_to_vector(parameters: Iterable[Tensor]) -> Tensor:
    """(p_1, p_2, ...) -> one vector of all their elements, in order. Like `torch.nn.utils.parameters_to_vector`."""
    return torch.cat([p.view(-1) for p in _on_one_device(parameters)])


def vector_to_parameters(vec: Tensor, parameters: Iterable[Tensor]) -> None:
    """Gives each parameter its part of `vec`, in order. Like `torch.nn.utils.vector_to_parameters`.

    As in torch, the parameters then share the vector's memory.
    """
    if not isinstance(vec, Tensor):
        raise TypeError(f"expected torch.Tensor, but got: {type(vec).__name__}")
    start = 0
    for p in _on_one_device(parameters):
        p.data = vec[start : start + p.numel()].view_as(p).data
        start += p.numel()


def _on_one_device(parameters: Iterable[Tensor]) -> Iterator[Tensor]:
    first = None
    for p in parameters:
        first = first or p.device
        if p.device != first:
            raise TypeError(f"the parameters are on different devices: {first} and {p.device}")
        yield p
