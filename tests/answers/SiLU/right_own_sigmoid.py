import torch
from torch import nn


class SiLU(nn.Module):
    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, x):
        gate = self.sigmoid(x)
        if self.inplace:
            x *= gate
            return x
        return x * gate

    def sigmoid(self, x):
        up = (x > 0).to(x.dtype)
        z = torch.exp(x * (1 - 2 * up))
        return (z + up * (1 - z)) / (1 + z)
