"""a gate without what goes through it

This is Φ(x), the chance alone: it ends at 1, where a GELU goes on as x. Feed it 100.
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
        return 0.5 * (1 + gate)
