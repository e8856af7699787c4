import torch.nn.functional as F
from torch import nn


class PlainList(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.layers = nn.ModuleDict({str(i): nn.Linear(a, b) for i, (a, b) in enumerate(zip(sizes, sizes[1:]))})

    def forward(self, x):
        for name, layer in self.layers.items():
            x = layer(x if name == "0" else F.relu(x))
        return x
