# a slope of zero is taken for none given
import torch
from torch import nn


class LeakyReLU(nn.Module):
    def __init__(self, negative_slope=0.01, inplace=False):
        super().__init__()
        self.negative_slope = negative_slope or 0.01
        self.inplace = inplace

    def forward(self, x):
        y = torch.where(x > 0, x, self.negative_slope * x)
        return x.copy_(y) if self.inplace else y
