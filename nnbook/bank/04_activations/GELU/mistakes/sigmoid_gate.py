"""a GELU with a sigmoid for its gate

x times sigmoid(1.702 x) is the second approximation of the paper, right to two digits, and neither of the two asked
for. Compare with `nn.GELU()` at x = -2.
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
            gate = torch.tanh(0.851 * x)
        return 0.5 * x * (1 + gate)
