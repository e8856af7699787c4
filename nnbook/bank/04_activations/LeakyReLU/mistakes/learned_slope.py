"""a layer that learns its slope

A slope in an nn.Parameter is trained with the rest of the network, which is another layer: nn.PReLU. Here the slope
is chosen once. Look at `list(layer.parameters())`.
"""

import torch
from torch import nn


class LeakyReLU(nn.Module):
    def __init__(self, negative_slope=0.01, inplace=False):
        super().__init__()
        self.slope = nn.Parameter(torch.tensor(float(negative_slope)))
        self.inplace = inplace

    def forward(self, x):
        y = torch.where(x > 0, x, self.slope * x)
        return x.copy_(y) if self.inplace else y
