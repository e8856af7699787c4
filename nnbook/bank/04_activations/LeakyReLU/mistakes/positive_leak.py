"""a leaky ReLU that is positive on both sides

The slope multiplies |x|, so negative numbers come out positive, as in a lopsided V. Feed it -1.
"""

import torch
from torch import nn


class LeakyReLU(nn.Module):
    def __init__(self, negative_slope=0.01, inplace=False):
        super().__init__()
        self.negative_slope = negative_slope
        self.inplace = inplace

    def forward(self, x):
        y = torch.where(x > 0, x, self.negative_slope * x.abs())
        return x.copy_(y) if self.inplace else y
