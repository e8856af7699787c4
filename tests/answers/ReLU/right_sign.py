# multiplied by the sign where that is positive, a constant to autograd
from torch import nn


class ReLU(nn.Module):
    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, x):
        y = x * x.detach().sign().clamp(min=0)
        return x.copy_(y) if self.inplace else y
