"""a network whose layers stand in a plain list

The layers compute, and nobody knows of them: a list is an ordinary attribute, and `nn.Module` does not look inside. So
`parameters()` and `state_dict()` are empty, and a training loop has nothing to change. What does `named_children()`
show for a layer that is assigned to an attribute of its own?
"""

import torch
from torch import nn


class PlainList(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.layers = []
        for inputs, outputs in zip(sizes[:-1], sizes[1:]):
            self.layers.append(nn.Linear(inputs, outputs))

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = torch.relu(layer(x))
        return self.layers[-1](x)
