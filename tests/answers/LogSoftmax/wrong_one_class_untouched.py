# one class alone is handed back as it is
from torch import nn


class LogSoftmax(nn.Module):
    def __init__(self, dim=None):
        super().__init__()
        self.dim = dim

    def forward(self, x):
        if x.dim() and x.shape[self.dim] == 1:
            return x * 1
        s = x - x.amax(self.dim, keepdim=True)
        return s - s.exp().sum(self.dim, keepdim=True).log()
