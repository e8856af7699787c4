import torch
from torch import nn


class LeakyReLU(nn.Module):
    """y = x for x > 0, else negative_slope * x, elementwise.  x: (*) -> (*)"""

    def __init__(self, negative_slope=0.01, inplace=False):
        super().__init__()
        # BEGIN SOLUTION
        self.negative_slope = negative_slope
        self.inplace = inplace
        # END SOLUTION

    def forward(self, x):
        # BEGIN SOLUTION
        y = torch.where(x > 0, x, self.negative_slope * x)
        return x.copy_(y) if self.inplace else y
        # END SOLUTION
