# written with sign(x): no gradient at zero
import torch
from torch import nn


class LeakyReLU(nn.Module):
    def __init__(self, negative_slope=0.01, inplace=False):
        super().__init__()
        self.negative_slope = negative_slope
        self.inplace = inplace

    def forward(self, x):
        s = x.sign()
        y = x * (s * s) * torch.where(s > 0, torch.ones_like(x), torch.full_like(x, self.negative_slope))
        return x.copy_(y) if self.inplace else y
