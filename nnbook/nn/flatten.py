"""Joining dimensions into one and taking them apart: Flatten and Unflatten."""

import math
from collections.abc import Sequence

from torch import Tensor

from nnbook.nn.module import Module

__all__ = ["Flatten", "Unflatten"]


def _dimension(dim: int, dims: int) -> int:
    """`dim` counted from the front; a scalar is treated as a vector of one element."""
    dims = max(dims, 1)
    if not -dims <= dim < dims:
        raise IndexError(f"Dimension out of range (expected to be in range of [{-dims}, {dims - 1}], but got {dim})")
    return dim % dims


class Flatten(Module):
    """Joins the dimensions from start_dim to end_dim into one. Like `torch.nn.Flatten`.

    input (*, S_start, ..., S_end, *) -> (*, S_start · ... · S_end, *). Without arguments all but the batch is joined:
    (N, C, H, W) -> (N, C·H·W). Source: torch.nn.Flatten.
    """

    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        super().__init__()
        self.start_dim = start_dim
        self.end_dim = end_dim

    def forward(self, input: Tensor) -> Tensor:
        start, end = _dimension(self.start_dim, input.dim()), _dimension(self.end_dim, input.dim())
        if start > end:
            raise RuntimeError(f"start_dim {self.start_dim} cannot come after end_dim {self.end_dim}")
        # The elements keep their order, so it is a view wherever the memory allows.
        shape = input.shape
        return input.reshape(*shape[:start], math.prod(shape[start : end + 1]), *shape[end + 1 :])

    def extra_repr(self) -> str:
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"


class Unflatten(Module):
    """Takes dimension `dim` apart into several. Like `torch.nn.Unflatten`, without names for dimensions.

    input (*, S_dim, *) -> (*, U_1, ..., U_n, *) with U = unflattened_size and U_1 · ... · U_n = S_dim; one of them may
    be -1, which stands for what is left. Source: torch.nn.Unflatten.
    """

    def __init__(self, dim: int, unflattened_size: Sequence[int]) -> None:
        super().__init__()
        if not isinstance(unflattened_size, tuple | list) or not all(isinstance(n, int) for n in unflattened_size):
            raise TypeError(f"unflattened_size must be a tuple of ints, but got {unflattened_size!r}")
        self.dim = dim
        self.unflattened_size = unflattened_size

    def forward(self, input: Tensor) -> Tensor:
        dim, sizes = _dimension(self.dim, input.dim()), list(self.unflattened_size)
        whole = input.size(dim)
        if sizes.count(-1) == 1:
            rest = math.prod([n for n in sizes if n != -1])
            sizes[sizes.index(-1)] = whole // rest if rest else 0
        if not sizes or min(sizes) < 0 or math.prod(sizes) != whole:
            raise RuntimeError(f"{self.unflattened_size} does not multiply up to dimension {dim} of {[*input.shape]}")
        return input.view(*input.shape[:dim], *sizes, *input.shape[dim + 1 :])

    def extra_repr(self) -> str:
        return f"dim={self.dim}, unflattened_size={self.unflattened_size}"
