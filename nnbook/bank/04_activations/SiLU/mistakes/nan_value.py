"""a SiLU that is NaN for large inputs

exp(x) over 1 + exp(x) is the same sigmoid, and at 1000 it is infinity over infinity. Try it.
"""

import torch
from torch import nn


class SiLU(nn.Module):
    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, x):
        z = torch.exp(x)
        gate = z / (1 + z)
        return x.mul_(gate) if self.inplace else x * gate
