# one exponential, kept finite
import torch
from torch import nn


class Tanh(nn.Module):
    def forward(self, x):
        e = torch.exp(-2 * x.clamp(-20, 20))
        return (1 - e) / (1 + e)
