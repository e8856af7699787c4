# unpacks two sizes: matrices only
import torch
from torch import nn


class LeakyReLU(nn.Module):
    def __init__(self, negative_slope=0.01, inplace=False):
        super().__init__()
        self.negative_slope = negative_slope
        self.inplace = inplace

    def forward(self, x):
        _n, _d = x.shape
        y = torch.where(x > 0, x, self.negative_slope * x)
        return x.copy_(y) if self.inplace else y
