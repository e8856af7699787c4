# adds in training alone
import torch
from torch import nn


class Residual(nn.Module):
    def __init__(self, body, shortcut=None):
        super().__init__()
        self.body = body
        self.shortcut = shortcut

    def forward(self, x):
        if not self.training:
            return self.body(x)
        kept = x if self.shortcut is None else self.shortcut(x)
        return self.body(x) + kept
