# a slope of 1 is taken for the default
import torch
from torch import nn


class LeakyReLU(nn.Module):
    def __init__(self, negative_slope=0.01, inplace=False):
        super().__init__()
        self.a, self.inplace = negative_slope if negative_slope != 1 else 0.01, inplace

    def forward(self, x):
        if self.inplace:
            return x.copy_(torch.where(x > 0, x, self.a * x))
        return torch.where(x > 0, x, self.a * x)
