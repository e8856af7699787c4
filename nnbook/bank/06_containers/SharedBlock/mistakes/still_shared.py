"""a network that still repeats one block

A tuple, an `extend` or an unpacked list repeat the same object just as `[block] * depth` does; only the writing has
changed. Ask whether net.blocks[0] is net.blocks[1].
"""

import torch
from torch import nn


class SharedBlock(nn.Module):
    def __init__(self, width, depth):
        super().__init__()
        block = nn.Sequential(nn.Linear(width, width), nn.ReLU())
        self.blocks = nn.ModuleList()
        for _ in range(depth):
            self.blocks.append(block)
        self.head = nn.Linear(width, 10)

    def forward(self, x):
        for block in self.blocks:
            x = block(x)
        return self.head(x)
