import math

import torch
from torch import nn


class GELU(nn.Module):
    def __init__(self, approximate="none"):
        super().__init__()
        self.approximate = approximate

    def forward(self, x):
        if self.approximate == "none":
            return x * 0.5 * (1.0 + torch.erf(x * 0.7071067811865476))
        beta, kappa = math.sqrt(2) * (2 / math.sqrt(math.pi)) * 0.5, 0.044715
        inner = beta * (x + kappa * torch.pow(x, 3))
        return 0.5 * x * (1 + torch.tanh(inner))
