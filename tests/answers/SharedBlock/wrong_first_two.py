# the first two are one block
import torch
from torch import nn


class SharedBlock(nn.Module):
    def __init__(self, width, depth):
        super().__init__()
        made = [nn.Sequential(nn.Linear(width, width), nn.ReLU()) for _ in range(depth)]
        if depth > 1:
            made[1] = made[0]
        self.blocks = nn.ModuleList(made)
        self.head = nn.Linear(width, 10)

    def forward(self, x):
        for block in self.blocks:
            x = block(x)
        return self.head(x)
