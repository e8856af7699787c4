# the largest number counts as a constant: exp(0) without gradient
import torch
from torch import nn


class Softmax(nn.Module):
    def __init__(self, dim=None):
        super().__init__()
        self.dim = dim

    def forward(self, x):
        m = x.amax(self.dim, keepdim=True)
        d = torch.where(x == m, torch.zeros_like(x), x - m.detach())
        e = torch.exp(d)
        return e / e.sum(self.dim, keepdim=True)
