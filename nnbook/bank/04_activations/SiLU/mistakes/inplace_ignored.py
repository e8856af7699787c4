"""a SiLU that ignores inplace=True

The output is right and the input stays as it was. In place means that the memory of x is used again: look at x after
the call, and at `silu(x) is x`.
"""

import torch
from torch import nn


class SiLU(nn.Module):
    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, x):
        gate = 0.5 * (1 + torch.tanh(0.5 * x))
        return x * gate
