# x / (1 + |x|), moved to between 0 and 1
from torch import nn


class Sigmoid(nn.Module):
    def forward(self, x):
        return (x / (1 + x.abs()) + 1) / 2
