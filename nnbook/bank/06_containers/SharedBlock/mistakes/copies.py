"""a network whose blocks start as copies of the first

Deep copies have parameters of their own, so the count is right. They also have the same numbers: all blocks begin as
one function, which is not how layers are started. Compare net.blocks[0][0].weight with net.blocks[1][0].weight in a
fresh network.
"""

import copy

import torch
from torch import nn


class SharedBlock(nn.Module):
    def __init__(self, width, depth):
        super().__init__()
        block = nn.Sequential(nn.Linear(width, width), nn.ReLU())
        self.blocks = nn.ModuleList(copy.deepcopy(block) for _ in range(depth))
        self.head = nn.Linear(width, 10)

    def forward(self, x):
        for block in self.blocks:
            x = block(x)
        return self.head(x)
