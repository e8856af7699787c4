"""an ELU whose alpha stands inside the exponential

Inside, alpha says how fast the curve bends; outside, how deep the floor lies. With alpha = 1 the two are one. Try
`ELU(2.0)` on -100: the floor is -2.
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
        below = torch.expm1(self.alpha * x.masked_fill(positive, 0))
        y = torch.where(positive, x, below)
        return x.copy_(y) if self.inplace else y
