# addresses the last dimension, which a single number has not
import torch
from torch import nn


class ReLU(nn.Module):
    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, x):
        y = torch.stack([torch.where(c > 0, c, torch.zeros_like(c)) for c in x.unbind(-1)], -1)
        return x.copy_(y) if self.inplace else y
