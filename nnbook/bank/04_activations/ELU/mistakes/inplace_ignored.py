"""an ELU that ignores inplace=True

The output is right and the input stays as it was. In place means that the memory of x is used again: look at x after
the call, and at `elu(x) is x`.
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
        below = self.alpha * torch.expm1(x.masked_fill(positive, 0))
        y = torch.where(positive, x, below)
        return y
