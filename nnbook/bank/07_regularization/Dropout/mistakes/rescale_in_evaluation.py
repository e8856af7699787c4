"""a dropout that rescales in evaluation instead of training

This is dropout as first published: survivors keep their value in training, and in evaluation everything is multiplied
by 1 - p. The two modes agree with each other, but not with torch, whose evaluation does nothing at all. Look at
`layer.eval()` on ones.
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
            return x * (1 - self.p)
        mask = (torch.rand_like(x) >= self.p).to(x.dtype)
        return x.mul_(mask) if self.inplace else x * mask
