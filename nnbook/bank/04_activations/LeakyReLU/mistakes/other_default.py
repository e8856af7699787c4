"""a leaky ReLU with another default slope

0.2 is what some papers use, and 0.01 is torch's default. Everything is right as long as the slope is given. Compare
`LeakyReLU()` with `nn.LeakyReLU()` on -1.
"""

import torch
from torch import nn


class LeakyReLU(nn.Module):
    def __init__(self, negative_slope=0.2, inplace=False):
        super().__init__()
        self.negative_slope = negative_slope
        self.inplace = inplace

    def forward(self, x):
        y = torch.where(x > 0, x, self.negative_slope * x)
        return x.copy_(y) if self.inplace else y
