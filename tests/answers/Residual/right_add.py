import torch
from torch import nn


class Residual(nn.Module):
    def __init__(self, body, shortcut=None):
        super().__init__()
        self.body = body
        self.shortcut = shortcut

    def forward(self, x):
        if self.shortcut is not None:
            return torch.add(self.shortcut(x), self.body(x))
        return torch.add(self.body(x), x)
