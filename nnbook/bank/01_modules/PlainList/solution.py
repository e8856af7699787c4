import torch
from torch import nn


# BEGIN SOLUTION
class PlainList(nn.Module):
    """Linear layers with a ReLU between each two.  x: (N, sizes[0]) -> (N, sizes[-1])"""

    def __init__(self, sizes):
        super().__init__()
        self.layers = nn.ModuleList()
        for inputs, outputs in zip(sizes[:-1], sizes[1:]):
            self.layers.append(nn.Linear(inputs, outputs))

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = torch.relu(layer(x))
        return self.layers[-1](x)


# END SOLUTION
