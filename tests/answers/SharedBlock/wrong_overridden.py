# parameters() lies, the state does not
import torch
from torch import nn


class SharedBlock(nn.Module):
    def __init__(self, width, depth):
        super().__init__()
        block = nn.Sequential(nn.Linear(width, width), nn.ReLU())
        self.blocks = nn.ModuleList([block] * depth)
        self.extra = nn.ParameterList(
            nn.Parameter(p.detach().clone()) for _ in range(depth) for p in block.parameters()
        )
        self.head = nn.Linear(width, 10)

    def forward(self, x):
        for block in self.blocks:
            x = block(x)
        return self.head(x)
