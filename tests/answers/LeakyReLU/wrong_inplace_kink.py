# in place zero keeps the gradient one
import torch
from torch import nn


class LeakyReLU(nn.Module):
    def __init__(self, negative_slope=0.01, inplace=False):
        super().__init__()
        self.negative_slope = negative_slope
        self.inplace = inplace

    def forward(self, x):
        if self.inplace:
            x[x < 0] *= self.negative_slope
            return x
        y = torch.where(x > 0, x, self.negative_slope * x)
        return y
