"""a SiLU with NaN gradients for very negative inputs

The formula as it stands: at -1000, exp(-x) is infinite and x over infinity is 0, the right value. On the way back
autograd multiplies that infinity by 0, and the gradient is NaN. Ask for it.
"""

import torch
from torch import nn


class SiLU(nn.Module):
    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, x):
        gate = 1 / (1 + torch.exp(-x))
        return x.mul_(gate) if self.inplace else x * gate
