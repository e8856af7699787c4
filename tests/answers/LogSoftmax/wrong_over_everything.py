# the sum runs over the whole tensor
from torch import nn


class LogSoftmax(nn.Module):
    def __init__(self, dim=None):
        super().__init__()
        self.dim = dim

    def forward(self, x):
        s = x - (x.amax() if x.numel() else 0)
        return s - s.exp().sum().log()
