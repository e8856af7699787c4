# the slope is cut to between 0 and 1
import torch
from torch import nn


class LeakyReLU(nn.Module):
    def __init__(self, negative_slope=0.01, inplace=False):
        super().__init__()
        self.negative_slope = min(max(negative_slope, 0.0), 1.0)
        self.inplace = inplace

    def forward(self, x):
        y = torch.where(x > 0, x, self.negative_slope * x)
        return x.copy_(y) if self.inplace else y
