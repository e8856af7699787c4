# two masked parts
from torch import nn


class LeakyReLU(nn.Module):
    def __init__(self, negative_slope=0.01, inplace=False):
        super().__init__()
        self.negative_slope = negative_slope
        self.inplace = inplace

    def forward(self, x):
        a = self.negative_slope
        y = x * (x > 0) + a * x * (x <= 0)
        return x.copy_(y) if self.inplace else y
