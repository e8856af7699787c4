import math

import torch
from torch import nn


class GELU(nn.Module):
    def __init__(self, approximate="none"):
        super().__init__()
        self.approximate = approximate

    def forward(self, x):
        if self.approximate == "tanh":
            z = 2 * math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)
            return x / (1 + torch.exp(-z.clamp(-80, 80)))
        return 0.5 * x * (1 + torch.special.erf(x / math.sqrt(2)))
