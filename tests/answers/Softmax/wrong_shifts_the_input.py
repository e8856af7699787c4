# subtracts the maximum in place where no gradient is asked
import torch
from torch import nn


class Softmax(nn.Module):
    def __init__(self, dim=None):
        super().__init__()
        self.dim = dim

    def forward(self, x):
        if not x.requires_grad:
            x -= x.amax(self.dim, keepdim=True)
        z = x - x.amax(self.dim, keepdim=True)
        e = z.exp()
        return e / e.sum(self.dim, keepdim=True)
