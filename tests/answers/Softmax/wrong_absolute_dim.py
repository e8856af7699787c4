# drops the sign of a negative dim
import torch
from torch import nn


class Softmax(nn.Module):
    def __init__(self, dim=None):
        super().__init__()
        self.dim = dim

    def forward(self, x):
        d = abs(self.dim)
        d = min(d, x.dim() - 1)
        e = torch.exp(x - x.amax(d, keepdim=True))
        return e / e.sum(d, keepdim=True)
