import torch
from torch import nn


class PlainList(nn.Module):
    """The list stays, and each layer is registered beside it."""

    def __init__(self, sizes):
        super().__init__()
        self.layers = []
        for i, (inputs, outputs) in enumerate(zip(sizes[:-1], sizes[1:])):
            layer = nn.Linear(inputs, outputs)
            self.layers.append(layer)
            self.add_module(f"layer{i}", layer)

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = torch.relu(layer(x))
        return self.layers[-1](x)
