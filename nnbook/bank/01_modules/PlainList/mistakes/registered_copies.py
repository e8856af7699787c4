"""a network that registers copies of the layers it uses

`parameters()` and `state_dict()` are full, and still nothing changes: what is registered is not what computes. No
gradient ever reaches the copies. Look at `p.grad` of the parameters after a backward pass.
"""

import copy

import torch
from torch import nn


class PlainList(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.plain = [nn.Linear(a, b) for a, b in zip(sizes[:-1], sizes[1:])]
        self.layers = nn.ModuleList(copy.deepcopy(layer) for layer in self.plain)

    def forward(self, x):
        for layer in self.plain[:-1]:
            x = torch.relu(layer(x))
        return self.plain[-1](x)
