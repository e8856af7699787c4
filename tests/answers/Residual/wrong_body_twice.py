# calls the body twice
import torch
from torch import nn


class Residual(nn.Module):
    def __init__(self, body, shortcut=None):
        super().__init__()
        self.body = body
        self.shortcut = shortcut

    def forward(self, x):
        if self.body(x).shape == x.shape and self.shortcut is None:
            return self.body(x) + x
        return self.body(x) + self.shortcut(x)
