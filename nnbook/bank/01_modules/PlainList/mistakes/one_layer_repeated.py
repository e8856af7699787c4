"""one layer used again and again

Multiplying a list repeats the reference, not the layer: where the sizes are equal, the steps share one weight and one
bias, and where they are not the chain does not fit. Count the parameters of a network of four equal sizes: how many
should there be?
"""

import torch
from torch import nn


class PlainList(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(sizes[0], sizes[1])] * (len(sizes) - 1))

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = torch.relu(layer(x))
        return self.layers[-1](x)
