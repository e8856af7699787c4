"""a leaky ReLU that takes the larger of x and slope times x

For slopes between 0 and 1 the larger of the two is the right one. For a slope above 1 or below 0 it is the wrong one,
and where both are zero the gradient is the mean of two slopes. Draw it for slope 2, and ask for the gradient at 0.
"""

import torch
from torch import nn


class LeakyReLU(nn.Module):
    def __init__(self, negative_slope=0.01, inplace=False):
        super().__init__()
        self.negative_slope = negative_slope
        self.inplace = inplace

    def forward(self, x):
        y = torch.maximum(x, self.negative_slope * x)
        return x.copy_(y) if self.inplace else y
