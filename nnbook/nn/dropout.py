"""Dropout: noise in training, nothing in evaluation."""

import torch
from torch import Tensor

from nnbook.nn.module import Module

__all__ = ["Dropout"]


def dropout(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """y = m x / (1 - p), each m being 0 with probability p, else 1. Like `torch.nn.functional.dropout`.

    input (*) -> (*). When not training, and for p = 0, the result is the input itself.
    """
    if not isinstance(input, Tensor):
        raise TypeError(f"dropout(): argument 'input' must be Tensor, not {type(input).__name__}")
    if p < 0 or p > 1:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
    if not training or p == 0 or input.numel() == 0:
        return input
    if p == 1:
        # Nothing is left, so nothing is rescaled (and 0 / 0 avoided).
        return input.mul_(0) if inplace else input * 0
    # m ~ Bernoulli(1 - p), scaled so that E[y] = x
    mask = torch.empty_like(input).bernoulli_(1 - p).div_(1 - p)
    return input.mul_(mask) if inplace else input * mask


class _Dropout(Module):
    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        super().__init__()
        if p < 0 or p > 1:
            raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
        self.p = p
        self.inplace = inplace

    def extra_repr(self) -> str:
        return f"p={self.p}, inplace={self.inplace}"


class Dropout(_Dropout):
    """y = m x / (1 - p), m ~ Bernoulli(1 - p) for each value; in eval() y = x. Like `torch.nn.Dropout`.

    input (*) -> (*). The survivors grow by 1 / (1 - p) so that E[y] = x. On a CPU the draws are torch's, too.

    Source: torch.nn.Dropout; Hinton et al., arXiv 1207.0580.
    """

    def forward(self, input: Tensor) -> Tensor:
        return dropout(input, self.p, self.training, self.inplace)
