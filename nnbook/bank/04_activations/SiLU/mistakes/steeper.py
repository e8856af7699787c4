"""a SiLU with the GELU's factor

1.702 in the exponent makes of the SiLU an approximation of the GELU. The two are cousins, and two activations.
Compare with `nn.SiLU()` at -1.
"""

import torch
from torch import nn


class SiLU(nn.Module):
    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, x):
        gate = 0.5 * (1 + torch.tanh(0.851 * x))
        return x.mul_(gate) if self.inplace else x * gate
