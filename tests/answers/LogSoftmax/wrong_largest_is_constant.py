# the largest number counts as a constant without compensation
from torch import nn


class LogSoftmax(nn.Module):
    def __init__(self, dim=None):
        super().__init__()
        self.dim = dim

    def forward(self, x):
        m = x.amax(self.dim, keepdim=True)
        s = x - m.detach()
        return s - m.detach() + m.detach() - s.detach().exp().sum(self.dim, keepdim=True).log()
