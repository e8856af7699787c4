"""a sigmoid

The gate is right and nothing goes through it: the output ends at 1, where a SiLU goes on as x. Feed it 100.
"""

import torch
from torch import nn


class SiLU(nn.Module):
    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, x):
        gate = 0.5 * (1 + torch.tanh(0.5 * x))
        return x.copy_(gate) if self.inplace else gate
