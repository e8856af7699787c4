"""a block that does not add its input

The layers alone: the output has the right shape, and the network may even train, as deep as it is. What is lost is
the short way for the gradient. Give it a body that returns zeros: the block should be the identity.
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
        return y if self.shortcut is None else self.shortcut(y)
