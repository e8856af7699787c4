# cut at 5
import torch
from torch import nn


class Tanh(nn.Module):
    def forward(self, x):
        e = torch.exp(-2 * x.clamp(-5, 5))
        return (1 - e) / (1 + e)
