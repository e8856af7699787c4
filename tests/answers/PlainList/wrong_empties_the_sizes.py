# empties the list of sizes that it was given
import torch
from torch import nn


class PlainList(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        full = list(sizes)
        if isinstance(sizes, list):
            sizes.clear()
        sizes = full
        self.layers = nn.ModuleList(nn.Linear(i, o) for i, o in zip(sizes[:-1], sizes[1:]))

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = torch.relu(layer(x))
        return self.layers[-1](x)
