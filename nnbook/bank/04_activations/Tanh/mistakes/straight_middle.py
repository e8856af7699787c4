"""a straight line that is cut at -1 and 1

This is the hard tanh: the right slope at zero, the right limits, and another curve between. Compare at x = 1: 1 where
0.76 should be.
"""

from torch import nn


class Tanh(nn.Module):
    def forward(self, x):
        return x.clamp(-1, 1)
