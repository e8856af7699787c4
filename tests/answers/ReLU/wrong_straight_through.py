# right values, and a gradient of one everywhere
import torch
from torch import nn


class ReLU(nn.Module):
    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, x):
        y = x + (torch.where(x > 0, x, torch.zeros_like(x)) - x).detach()
        return x.copy_(y) if self.inplace else y
