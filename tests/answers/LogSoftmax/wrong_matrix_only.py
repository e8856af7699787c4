# unpacks two sizes: matrices only
from torch import nn


class LogSoftmax(nn.Module):
    def __init__(self, dim=None):
        super().__init__()
        self.dim = dim

    def forward(self, x):
        _n, _c = x.shape
        s = x - x.amax(self.dim, keepdim=True)
        return s - s.exp().sum(self.dim, keepdim=True).log()
