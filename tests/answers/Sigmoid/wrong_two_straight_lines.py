# a straight line between -3 and 3
from torch import nn


class Sigmoid(nn.Module):
    def forward(self, x):
        return (x / 6 + 0.5).clamp(0, 1)
