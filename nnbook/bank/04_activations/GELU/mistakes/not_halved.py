"""a GELU that is twice as large

1 + erf goes from 0 to 2, and a chance from 0 to 1. Feed it 100: 100 should come.
"""

import math

import torch
from torch import nn


class GELU(nn.Module):
    def __init__(self, approximate="none"):
        super().__init__()
        self.approximate = approximate

    def forward(self, x):
        if self.approximate == "tanh":
            gate = torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))
        else:
            gate = torch.erf(x / math.sqrt(2))
        return x * (1 + gate)
