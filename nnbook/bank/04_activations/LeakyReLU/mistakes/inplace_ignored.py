"""a leaky ReLU that ignores inplace=True

The output is right and the input stays as it was. In place means that the memory of x is used again: look at x after
the call, and at `leaky(x) is x`.
"""

import torch
from torch import nn


class LeakyReLU(nn.Module):
    def __init__(self, negative_slope=0.01, inplace=False):
        super().__init__()
        self.negative_slope = negative_slope
        self.inplace = inplace

    def forward(self, x):
        return torch.where(x > 0, x, self.negative_slope * x)
