# ignores a shortcut where shapes fit anyway
import torch
from torch import nn


class Residual(nn.Module):
    def __init__(self, body, shortcut=None):
        super().__init__()
        self.body = body
        self.shortcut = shortcut

    def forward(self, x):
        y = self.body(x)
        return y + x if y.shape == x.shape else y + self.shortcut(x)
