# the factor is made without a dtype: float32 digits, and half precision widens
import torch
from torch import nn


class LeakyReLU(nn.Module):
    def __init__(self, negative_slope=0.01, inplace=False):
        super().__init__()
        self.negative_slope = negative_slope
        self.inplace = inplace

    def forward(self, x):
        y = x * torch.where(x > 0, 1.0, self.negative_slope)
        return x.copy_(y) if self.inplace else y
