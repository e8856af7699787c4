"""a SiLU made of straight lines

x times a straight line cut at 0 and 1 is the hard swish, made for phones. It has no exponential, and other values.
Compare with `nn.SiLU()` at 1.
"""

from torch import nn


class SiLU(nn.Module):
    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, x):
        gate = (x.clone() / 6 + 0.5).clamp(0, 1)
        return x.mul_(gate) if self.inplace else x * gate
