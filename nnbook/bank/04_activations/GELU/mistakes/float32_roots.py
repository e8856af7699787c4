"""a GELU that has seven digits in float64

`torch.tensor(2.0)` is float32, and so is its root: seven digits. A tensor without dimensions does not change the
dtype of what it meets, so the output calls itself float64 and is not as good. Compare with `nn.GELU()` on a float64
input.
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
            gate = torch.tanh(torch.sqrt(torch.tensor(2.0 / math.pi)) * (x + 0.044715 * x**3))
        else:
            gate = torch.erf(x / torch.sqrt(torch.tensor(2.0)))
        return 0.5 * x * (1 + gate)
