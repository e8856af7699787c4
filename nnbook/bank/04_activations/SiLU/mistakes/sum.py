"""a number plus its sigmoid

The sigmoid is a factor: it says how much goes through. Added, it lifts everything by a number between 0 and 1. Feed
it -100: 0 should come.
"""

import torch
from torch import nn


class SiLU(nn.Module):
    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, x):
        gate = 0.5 * (1 + torch.tanh(0.5 * x))
        return x.add_(gate) if self.inplace else x + gate
