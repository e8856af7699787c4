# x / (1 + |x|)
from torch import nn


class Tanh(nn.Module):
    def forward(self, x):
        return x / (1 + x.abs())
