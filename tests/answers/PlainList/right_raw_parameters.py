import torch
from torch import nn


class PlainList(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.parts = nn.ParameterList()
        for a, b in zip(sizes[:-1], sizes[1:]):
            for shape in ((b, a), (b,)):
                self.parts.append(nn.Parameter(torch.empty(shape).uniform_(-(a**-0.5), a**-0.5)))

    def forward(self, x):
        parts = list(self.parts)
        for i in range(0, len(parts), 2):
            x = (x if i == 0 else torch.relu(x)) @ parts[i].T + parts[i + 1]
        return x
