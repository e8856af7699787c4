# adds the first input for ever
import torch
from torch import nn


class Residual(nn.Module):
    def __init__(self, body, shortcut=None):
        super().__init__()
        self.body = body
        self.shortcut = shortcut

    def forward(self, x):
        if not hasattr(self, "kept") or self.kept.shape != x.shape:
            self.kept = x
        kept = self.kept if self.shortcut is None else self.shortcut(x)
        return self.body(x) + kept
