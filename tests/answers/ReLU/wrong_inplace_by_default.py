# works in place unless told otherwise
import torch
from torch import nn


class ReLU(nn.Module):
    def __init__(self, inplace=True):
        super().__init__()
        self.inplace = inplace

    def forward(self, x):
        y = torch.where(x > 0, x, torch.zeros_like(x))
        return x.copy_(y) if self.inplace else y
