# always works in place
import torch
from torch import nn


class LeakyReLU(nn.Module):
    def __init__(self, negative_slope=0.01, inplace=False):
        super().__init__()
        self.negative_slope = negative_slope
        self.inplace = inplace

    def forward(self, x):
        y = torch.where(x > 0, x, self.negative_slope * x)
        with torch.no_grad():
            x.copy_(y)
        return x if self.inplace else y
