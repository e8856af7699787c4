# cuts off at a million
import torch
from torch import nn


class ReLU(nn.Module):
    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, x):
        if self.inplace:
            return x.mul_(x > 0)
        return (x * (x > 0)).clamp(max=1e6)
