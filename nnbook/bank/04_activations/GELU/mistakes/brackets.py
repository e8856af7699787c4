"""a tanh formula in which the cube is not scaled

The root of 2/π multiplies x and the cube, and here the brackets are missing: it multiplies x alone. Only
`approximate="tanh"` shows it. Compare with `nn.GELU("tanh")` at x = 1.5.
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
            gate = torch.tanh(math.sqrt(2 / math.pi) * x + 0.044715 * x**3)
        else:
            gate = torch.erf(x / math.sqrt(2))
        return 0.5 * x * (1 + gate)
