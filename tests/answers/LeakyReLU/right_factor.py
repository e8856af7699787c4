# a factor of the input's dtype
import torch
from torch import nn


class LeakyReLU(nn.Module):
    def __init__(self, negative_slope=0.01, inplace=False):
        super().__init__()
        self.negative_slope = negative_slope
        self.inplace = inplace

    def forward(self, x):
        f = torch.ones_like(x).masked_fill(x <= 0, self.negative_slope)
        return x.mul_(f.detach()) if self.inplace else x * f.detach()
