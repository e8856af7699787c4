"""a leaky ReLU whose gradient at zero is 1

`x >= 0` sends zero down the positive branch. The value is 0 on either branch, but torch's gradient at zero is the
negative side's: the slope. Ask for the gradient at exactly zero.
"""

import torch
from torch import nn


class LeakyReLU(nn.Module):
    def __init__(self, negative_slope=0.01, inplace=False):
        super().__init__()
        self.negative_slope = negative_slope
        self.inplace = inplace

    def forward(self, x):
        y = torch.where(x >= 0, x, self.negative_slope * x)
        return x.copy_(y) if self.inplace else y
