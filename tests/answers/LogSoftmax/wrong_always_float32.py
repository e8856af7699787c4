# gives float32 whatever comes in
from torch import nn


class LogSoftmax(nn.Module):
    def __init__(self, dim=None):
        super().__init__()
        self.dim = dim

    def forward(self, x):
        y = x.float()
        return y - y.logsumexp(self.dim, keepdim=True)
