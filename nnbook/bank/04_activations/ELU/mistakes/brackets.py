"""an ELU with a jump at zero for any alpha but 1

alpha times exp(x), minus 1: the brackets are missing. With alpha = 1 nothing shows. With another, the negative side
starts at alpha - 1 in place of 0. Try `ELU(2.0)` on -0.001.
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
        below = self.alpha * torch.exp(x.masked_fill(positive, 0)) - 1
        y = torch.where(positive, x, below)
        return x.copy_(y) if self.inplace else y
