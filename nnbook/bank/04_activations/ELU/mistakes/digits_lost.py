"""an ELU that loses its digits just below zero

exp(-1e-11) is rounded to the nearest number beside 1, and taking the 1 away leaves five digits of what was there; of
exp(-1e-17) - 1 nothing is left. The formula is right, the way to compute it is not. Compare with `nn.ELU()` at -1e-11
in float64.
"""

import torch
from torch import nn


class ELU(nn.Module):
    def __init__(self, alpha=1.0, inplace=False):
        super().__init__()
        self.alpha = alpha
        self.inplace = inplace

    def forward(self, x):
        positive = x > 0
        below = self.alpha * (torch.exp(x.masked_fill(positive, 0)) - 1)
        y = torch.where(positive, x, below)
        return x.copy_(y) if self.inplace else y
