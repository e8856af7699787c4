# asks for truth, and an empty Sequential is false
import torch
from torch import nn


class Residual(nn.Module):
    def __init__(self, body, shortcut=None):
        super().__init__()
        self.body = body
        self.shortcut = shortcut

    def forward(self, x):
        kept = self.shortcut(x) if self.shortcut else x
        return self.body(x) + 2 * kept - kept.mean()
