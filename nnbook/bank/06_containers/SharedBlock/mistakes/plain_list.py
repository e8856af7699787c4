"""a network that keeps its blocks in a plain list

The blocks are all different now, and none of them is registered: parameters() has the head alone, and training leaves
the blocks as they were. Print the keys of the state_dict.
"""

import torch
from torch import nn


class SharedBlock(nn.Module):
    def __init__(self, width, depth):
        super().__init__()
        self.blocks = [nn.Sequential(nn.Linear(width, width), nn.ReLU()) for _ in range(depth)]
        self.head = nn.Linear(width, 10)

    def forward(self, x):
        for block in self.blocks:
            x = block(x)
        return self.head(x)
