# shifts by the largest over the first dimension: rows underflow
import torch
from torch import nn


class Softmax(nn.Module):
    def __init__(self, dim=None):
        super().__init__()
        self.dim = dim

    def forward(self, x):
        e = torch.exp(x - x.amax(0, keepdim=True))
        return e / e.sum(self.dim, keepdim=True)
