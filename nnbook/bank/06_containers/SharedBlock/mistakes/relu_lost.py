"""a network that lost its bends on the way

New linear layers, one for each block, and nothing between them: whatever the depth, the whole is one linear map. The
keys have lost a level, too: `blocks.0.weight`. Double the input and look at the output, with all biases at 0.
"""

import torch
from torch import nn


class SharedBlock(nn.Module):
    def __init__(self, width, depth):
        super().__init__()
        self.blocks = nn.ModuleList(nn.Sequential(nn.Linear(width, width)) for _ in range(depth))
        self.head = nn.Linear(width, 10)

    def forward(self, x):
        for block in self.blocks:
            x = block(x)
        return self.head(x)
