# works in place on inputs of which no gradient is asked
import torch
from torch import nn


class LeakyReLU(nn.Module):
    def __init__(self, negative_slope=0.01, inplace=False):
        super().__init__()
        self.a, self.inplace = negative_slope, inplace

    def forward(self, x):
        if self.inplace or not x.requires_grad:
            return x.copy_(torch.where(x > 0, x, self.a * x))
        return torch.where(x > 0, x, self.a * x)
