# scores are cut at 80 on both sides
from torch import nn


class LogSoftmax(nn.Module):
    def __init__(self, dim=None):
        super().__init__()
        self.dim = dim

    def forward(self, x):
        y = x.clamp(-80, 80)
        return y - y.exp().sum(self.dim, keepdim=True).log()
