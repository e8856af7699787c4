# each side by its own formula
import torch
from torch import nn


class Tanh(nn.Module):
    def forward(self, x):
        up = x > 0
        z = torch.exp(2 * torch.where(up, -x, x))
        return torch.where(up, (1 - z) / (1 + z), (z - 1) / (z + 1))
