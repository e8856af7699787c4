"""a SiLU that overwrites what its own backward needs

The product keeps x, and `copy_` writes over it before the gradient is asked for. Autograd notices, and backward
raises an error about a variable "modified by an inplace operation". Call `backward()` once with `inplace=True`.
"""

import torch
from torch import nn


class SiLU(nn.Module):
    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, x):
        gate = 0.5 * (1 + torch.tanh(0.5 * x))
        y = x * gate
        return x.copy_(y) if self.inplace else y
