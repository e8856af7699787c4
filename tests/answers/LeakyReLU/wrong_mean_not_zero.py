# bends at the mean of its input
import torch
from torch import nn


class LeakyReLU(nn.Module):
    def __init__(self, negative_slope=0.01, inplace=False):
        super().__init__()
        self.negative_slope = negative_slope
        self.inplace = inplace

    def forward(self, x):
        m = x.mean() if x.numel() else 0
        y = torch.where(x > m, x, self.negative_slope * x)
        return x.copy_(y) if self.inplace else y
