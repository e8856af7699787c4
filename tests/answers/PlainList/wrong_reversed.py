# the layers are registered from the last to the first
import torch
from torch import nn


class PlainList(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(a, b) for a, b in zip(sizes[:-1], sizes[1:])][::-1])

    def forward(self, x):
        for layer in list(self.layers)[:0:-1]:
            x = torch.relu(layer(x))
        return self.layers[0](x)
