import torch
from torch import nn


class SharedBlock(nn.Module):
    """depth blocks of Linear and ReLU, then a head.  x: (N, width) -> (N, 10)"""

    def __init__(self, width, depth):
        super().__init__()
        block = nn.Sequential(nn.Linear(width, width), nn.ReLU())
        self.blocks = nn.ModuleList([block] * depth)
        self.head = nn.Linear(width, 10)

    def forward(self, x):
        for block in self.blocks:
            x = block(x)
        return self.head(x)
