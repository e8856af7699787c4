import math

import torch
from torch import nn


class GELU(nn.Module):
    def __init__(self, approximate="none"):
        super().__init__()
        self.approximate = approximate

    def forward(self, x):
        if self.approximate == "tanh":
            gate = torch.tanh(x * (0.7978845608028654 + 0.035677408136300125 * x * x))
        else:
            gate = torch.erf(x / math.sqrt(2))
        return (x + x * gate) / 2
