"""a function that turns negative numbers positive

|x| agrees with ReLU on every positive number, so a test with positive inputs passes. ReLU gives 0 for negative ones.
Try x = -2.
"""

from torch import nn


class ReLU(nn.Module):
    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, x):
        y = x.abs()
        return x.copy_(y) if self.inplace else y
