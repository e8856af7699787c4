"""a network that registers its last layer only

One attribute holds one module: each turn of the loop replaces the layer that was registered before it. All of them stay
in the list and compute, but the last alone is trained and saved. Print the names in `named_parameters()`.
"""

import torch
from torch import nn


class PlainList(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.chain = []
        for inputs, outputs in zip(sizes[:-1], sizes[1:]):
            self.layer = nn.Linear(inputs, outputs)
            self.chain.append(self.layer)

    def forward(self, x):
        for layer in self.chain[:-1]:
            x = torch.relu(layer(x))
        return self.chain[-1](x)
