"""a GELU that always takes the tanh formula

Many codes hold this formula under the name of GELU, and it is right to three digits. The exact one is the default,
and weights trained with the one are not quite at home with the other. Compare with `nn.GELU()` at x = 2, to five
digits.
"""

import math

import torch
from torch import nn


class GELU(nn.Module):
    def __init__(self, approximate="none"):
        super().__init__()
        self.approximate = approximate

    def forward(self, x):
        return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
