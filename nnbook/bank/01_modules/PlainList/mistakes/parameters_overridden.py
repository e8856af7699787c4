"""a network that hands out parameters it has not registered

The optimizer is content, since `parameters()` walks through the list, and training works. But every other walk still
finds nothing: `state_dict()` is empty, so nothing is saved, and `double()` or `to("cuda")` moves nothing. Print
`net.state_dict()`.
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

    def parameters(self, recurse=True):
        for layer in self.layers:
            yield from layer.parameters()

    def named_parameters(self, prefix="", recurse=True, remove_duplicate=True):
        for i, layer in enumerate(self.layers):
            for name, p in layer.named_parameters():
                yield f"{prefix}layers.{i}.{name}", p
