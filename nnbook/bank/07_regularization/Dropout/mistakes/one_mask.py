"""a dropout that draws its mask once and keeps it

The first call looks perfect. Every later call of the same shape drops the same units, so they never learn and the
others never learn to do without them. Call the layer twice on ones in training and compare where the zeros are.
"""

import torch
from torch import nn


class Dropout(nn.Module):
    """y = m x / (1 - p) in training, with m = 0 with probability p for each element; y = x in evaluation."""

    def __init__(self, p=0.5, inplace=False):
        super().__init__()
        self.p = p
        self.inplace = inplace
        self.mask = None

    def forward(self, x):
        if not self.training:
            return x
        # with p = 1 nothing survives, and 1 / (1 - p) does not exist
        factor = 1 / (1 - self.p) if self.p < 1 else 0.0
        if self.mask is None or self.mask.shape != x.shape:
            self.mask = torch.rand(x.shape, device=x.device) >= self.p
        mask = self.mask.to(x.dtype) * factor
        return x.mul_(mask) if self.inplace else x * mask
