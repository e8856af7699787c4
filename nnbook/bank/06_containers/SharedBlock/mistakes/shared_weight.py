"""a network whose blocks share the weight and not the bias

Tying one parameter of each block to the first leaves the other free. The count grows a little with the depth, by
`width` for each block. Compare the gradients of the weights, block by block.
"""

import torch
from torch import nn


class SharedBlock(nn.Module):
    def __init__(self, width, depth):
        super().__init__()
        self.blocks = nn.ModuleList(nn.Sequential(nn.Linear(width, width), nn.ReLU()) for _ in range(depth))
        for block in self.blocks:
            block[0].weight = self.blocks[0][0].weight
        self.head = nn.Linear(width, 10)

    def forward(self, x):
        for block in self.blocks:
            x = block(x)
        return self.head(x)
