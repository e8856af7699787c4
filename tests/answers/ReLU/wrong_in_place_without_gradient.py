# works in place on inputs of which no gradient is asked
import torch
from torch import nn


class ReLU(nn.Module):
    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, x):
        if self.inplace or not x.requires_grad:
            return x.mul_(x > 0)
        return x * (x > 0)
