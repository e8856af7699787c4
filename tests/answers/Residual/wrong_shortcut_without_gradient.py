# the shortcut is computed without gradients
import torch
from torch import nn


class Residual(nn.Module):
    def __init__(self, body, shortcut=None):
        super().__init__()
        self.body = body
        self.shortcut = shortcut

    def forward(self, x):
        if self.shortcut is None:
            return self.body(x) + x
        with torch.no_grad():
            kept = self.shortcut(x)
        return self.body(x) + kept
