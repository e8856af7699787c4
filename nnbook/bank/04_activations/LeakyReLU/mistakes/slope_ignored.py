"""a leaky ReLU whose slope is always 0.01

The argument is accepted and the default is used, so everything is right until somebody asks for another slope. Try
`LeakyReLU(0.5)(torch.tensor([-2.0]))`.
"""

import torch
from torch import nn


class LeakyReLU(nn.Module):
    def __init__(self, negative_slope=0.01, inplace=False):
        super().__init__()
        self.negative_slope = negative_slope
        self.inplace = inplace

    def forward(self, x):
        y = torch.where(x > 0, x, 0.01 * x)
        return x.copy_(y) if self.inplace else y
