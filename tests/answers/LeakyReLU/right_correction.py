# x plus a correction on the negative side
from torch import nn


class LeakyReLU(nn.Module):
    def __init__(self, negative_slope=0.01, inplace=False):
        super().__init__()
        self.negative_slope = negative_slope
        self.inplace = inplace

    def forward(self, x):
        y = x + (self.negative_slope - 1) * x.masked_fill(x > 0, 0)
        return x.copy_(y) if self.inplace else y
