# the log of the sum through the largest share
from torch import nn


class LogSoftmax(nn.Module):
    def __init__(self, dim=None):
        super().__init__()
        self.dim = dim

    def forward(self, x):
        s = x - x.amax(self.dim, keepdim=True)
        e = s.exp()
        share = 1 / e.sum(self.dim, keepdim=True)
        return s + share.log()
