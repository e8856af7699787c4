# multiplies through an index
from torch import nn


class LeakyReLU(nn.Module):
    def __init__(self, negative_slope=0.01, inplace=False):
        super().__init__()
        self.negative_slope = negative_slope
        self.inplace = inplace

    def forward(self, x):
        y = x if self.inplace else x.clone()
        neg = y <= 0
        y[neg] = y[neg] * self.negative_slope
        return y
