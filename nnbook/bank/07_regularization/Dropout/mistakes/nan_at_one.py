"""a dropout that divides by zero when p is 1

The formula is right for every p below 1. At p=1 each value becomes 0 * x / 0, which is no number, and one NaN in a
forward pass ends as NaN in every parameter. Try `Dropout(1.0)(torch.ones(3))`.
"""

import torch
from torch import nn


class Dropout(nn.Module):
    """y = m x / (1 - p) in training, with m = 0 with probability p for each element; y = x in evaluation."""

    def __init__(self, p=0.5, inplace=False):
        super().__init__()
        self.p = p
        self.inplace = inplace

    def forward(self, x):
        if not self.training:
            return x
        mask = (torch.rand_like(x) >= self.p).to(x.dtype) / (1 - torch.tensor(float(self.p), dtype=x.dtype))
        return x.mul_(mask) if self.inplace else x * mask
