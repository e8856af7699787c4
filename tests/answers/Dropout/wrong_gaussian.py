# multiplies by gaussian noise of the same variance
import torch
from torch import nn


class Dropout(nn.Module):
    """y = m x / (1 - p) in training, with m = 0 with probability p for each element; y = x in evaluation."""

    def __init__(self, p=0.5, inplace=False):
        super().__init__()
        self.p = p
        self.inplace = inplace

    def forward(self, x):
        if not self.training:
            return x
        mask = 1 + torch.randn_like(x) * (self.p / max(1 - self.p, 1e-9)) ** 0.5 if self.p < 1 else torch.zeros_like(x)
        return x.mul_(mask) if self.inplace else x * mask
