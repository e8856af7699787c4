# in place it changes x, and returns another tensor
import torch
from torch import nn


class ReLU(nn.Module):
    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, x):
        y = torch.where(x > 0, x, torch.zeros_like(x))
        if self.inplace:
            x.copy_(y)
        return y
