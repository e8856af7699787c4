"""a block that adds in place

`y += x` saves a tensor and overwrites one that is not yours: what the body returned. Tanh keeps its output for its
gradient, and autograd notices; a body that hands on its input does not, and then the caller's tensor has changed.
Call the block twice on the same tensor with nn.Identity as its body.
"""

import torch
from torch import nn


class Residual(nn.Module):
    def __init__(self, body, shortcut=None):
        super().__init__()
        self.body = body
        self.shortcut = shortcut

    def forward(self, x):
        y = self.body(x)
        y += x if self.shortcut is None else self.shortcut(x)
        return y
