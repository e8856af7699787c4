# finite values by where(), NaN gradients through the other branch
import torch
from torch import nn


class LogSoftmax(nn.Module):
    def __init__(self, dim=None):
        super().__init__()
        self.dim = dim

    def forward(self, x):
        p = x.exp() / x.exp().sum(self.dim, keepdim=True)
        y = x - x.logsumexp(self.dim, keepdim=True)
        return torch.where(p > 0, p.log(), y)
