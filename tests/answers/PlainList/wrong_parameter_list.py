# the parameters are registered in another order: all weights, then all biases
import torch
from torch import nn


class PlainList(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.layers = [nn.Linear(a, b) for a, b in zip(sizes[:-1], sizes[1:])]
        self.all = nn.ParameterList(
            [p for p in (layer.weight for layer in self.layers)] + [layer.bias for layer in self.layers]
        )

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = torch.relu(layer(x))
        return self.layers[-1](x)
