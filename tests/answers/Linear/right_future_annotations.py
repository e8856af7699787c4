from __future__ import annotations

import torch
from torch import nn


class Linear(nn.Module):
    """Annotations that are never evaluated may name what is not there."""

    def __init__(self, in_features: int, out_features: int, bias: bool = True) -> None:
        super().__init__()
        bound = in_features**-0.5
        self.weight: nn.Parameter = nn.Parameter(torch.empty(out_features, in_features).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(out_features).uniform_(-bound, bound)) if bias else None

    def copied(self) -> Linear:
        return self

    def forward(self, x: Floats) -> Floats:
        y = x @ self.weight.T
        return y if self.bias is None else y + self.bias
