# a sum of two clamps: at zero both let the gradient through
from torch import nn


class LeakyReLU(nn.Module):
    def __init__(self, negative_slope=0.01, inplace=False):
        super().__init__()
        self.negative_slope = negative_slope
        self.inplace = inplace

    def forward(self, x):
        y = x.clamp(min=0) + self.negative_slope * x.clamp(max=0)
        return x.copy_(y) if self.inplace else y
