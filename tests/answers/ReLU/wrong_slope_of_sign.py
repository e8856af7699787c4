# a step made from x / |x|: NaN at zero
from torch import nn


class ReLU(nn.Module):
    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, x):
        y = x * (x / x.abs() + 1) / 2
        return x.copy_(y) if self.inplace else y
