# large values are cut at a thousand
import torch
from torch import nn


class ReLU(nn.Module):
    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, x):
        y = torch.where(x > 0, x, torch.zeros_like(x))
        y = torch.where(y < 1000, y, torch.full_like(y, 1000.0))
        return x.copy_(y) if self.inplace else y
