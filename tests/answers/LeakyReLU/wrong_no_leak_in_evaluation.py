# does not leak in evaluation
import torch
from torch import nn


class LeakyReLU(nn.Module):
    def __init__(self, negative_slope=0.01, inplace=False):
        super().__init__()
        self.negative_slope = negative_slope
        self.inplace = inplace

    def forward(self, x):
        a = self.negative_slope if self.training else 0.0
        y = torch.where(x > 0, x, a * x)
        return x.copy_(y) if self.inplace else y
