# squares instead of exponentials
from torch import nn


class Softmax(nn.Module):
    def __init__(self, dim=None):
        super().__init__()
        self.dim = dim

    def forward(self, x):
        e = (x - x.amin(self.dim, keepdim=True)) ** 2 + 1e-12
        return e / e.sum(self.dim, keepdim=True)
