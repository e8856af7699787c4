# is cut at six, another function
import torch
from torch import nn


class ReLU(nn.Module):
    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, x):
        y = torch.where(x > 0, x, torch.zeros_like(x))
        y = torch.where(y < 6, y, torch.full_like(y, 6.0))
        return x.copy_(y) if self.inplace else y
