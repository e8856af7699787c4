"""a dropout that does not rescale

The right share of values is zeroed, so the output looks like dropout. But survivors keep their value: in training
every sum shrinks by the share p, in evaluation it does not, and the next layer meets inputs of two different sizes.
Compare the mean of `Dropout(0.2)(torch.ones(10_000))` in train() and in eval().
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
        mask = (torch.rand_like(x) >= self.p).to(x.dtype)
        return x.mul_(mask) if self.inplace else x * mask
