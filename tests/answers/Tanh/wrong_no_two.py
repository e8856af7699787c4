# the two in the exponent is missing
import torch
from torch import nn


class Tanh(nn.Module):
    def forward(self, x):
        e = torch.exp(-x.clamp(-30, 30))
        return (1 - e) / (1 + e)
