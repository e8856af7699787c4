"""a network whose blocks are new around one linear layer

Every block is an object of its own, and so the comparison of blocks looks right. What they hold is one and the same
Linear, built before the loop. Ask whether net.blocks[0][0] is net.blocks[1][0].
"""

import torch
from torch import nn


class SharedBlock(nn.Module):
    def __init__(self, width, depth):
        super().__init__()
        linear = nn.Linear(width, width)
        self.blocks = nn.ModuleList(nn.Sequential(linear, nn.ReLU()) for _ in range(depth))
        self.head = nn.Linear(width, 10)

    def forward(self, x):
        for block in self.blocks:
            x = block(x)
        return self.head(x)
