"""an ELU with SELU's alpha

The alpha is right, and the factor in front of everything is missing. It is what sets the variance: feed it 100,000
normal draws and look at the variance of the output.
"""

import torch
from torch import nn


class SELU(nn.Module):
    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, x):
        alpha = 1.6732632423543772
        positive = x > 0
        below = alpha * torch.expm1(x.masked_fill(positive, 0))
        y = torch.where(positive, x, below)
        return x.copy_(y) if self.inplace else y
