"""a SELU with its two constants swapped

The product of the two is the same, so the floor is right; the positive side is too steep by far, and the variance
grows from layer to layer. Feed it 1: about 1.05 should come.
"""

import torch
from torch import nn


class SELU(nn.Module):
    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, x):
        scale, alpha = 1.6732632423543772, 1.0507009873554805
        positive = x > 0
        below = alpha * torch.expm1(x.masked_fill(positive, 0))
        y = scale * torch.where(positive, x, below)
        return x.copy_(y) if self.inplace else y
