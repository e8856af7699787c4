# the slope is a buffer and lands in the state_dict
import torch
from torch import nn


class LeakyReLU(nn.Module):
    def __init__(self, negative_slope=0.01, inplace=False):
        super().__init__()
        self.inplace = inplace
        self.register_buffer("slope", torch.tensor(float(negative_slope), dtype=torch.float64))

    def forward(self, x):
        y = torch.where(x > 0, x, self.slope.to(x.dtype) * x)
        return x.copy_(y) if self.inplace else y
