# one-hot in evaluation
import torch
from torch import nn


class Softmax(nn.Module):
    def __init__(self, dim=None):
        super().__init__()
        self.dim = dim

    def forward(self, x):
        e = torch.exp(x - x.amax(self.dim, keepdim=True))
        y = e / e.sum(self.dim, keepdim=True)
        return y if self.training else (y == y.amax(self.dim, keepdim=True)).to(x.dtype)
