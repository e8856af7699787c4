"""a chain of layers without its ReLUs

The layers are registered now, and on the way the bend between them was lost, as happens when a loop is replaced by
`nn.Sequential`. A chain of linear layers is one linear layer. Is the output for `2 * x`, less the one for zeros,
exactly twice the one for `x`, less the one for zeros?
"""

from torch import nn


class PlainList(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.layers = nn.Sequential(*(nn.Linear(a, b) for a, b in zip(sizes[:-1], sizes[1:])))

    def forward(self, x):
        return self.layers(x)
