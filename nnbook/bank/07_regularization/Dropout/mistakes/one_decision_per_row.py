"""a dropout that decides once for a whole row

One draw per row of the last dimension is stretched over it by broadcasting: shapes, means and shares are right, but a
row is kept or lost as a whole. That is another layer (Dropout1d, Dropout2d). Print the output for `torch.ones(4, 6)`.
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
        # with p = 1 nothing survives, and 1 / (1 - p) does not exist
        factor = 1 / (1 - self.p) if self.p < 1 else 0.0
        mask = (torch.rand_like(x[..., :1] if x.dim() else x) >= self.p).to(x.dtype) * factor
        return x.mul_(mask) if self.inplace else x * mask
