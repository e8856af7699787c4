# x plus |x|, halved: right values, but the gradient at zero is a half
from torch import nn


class ReLU(nn.Module):
    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, x):
        y = (x + x.abs()) / 2
        return x.copy_(y) if self.inplace else y
