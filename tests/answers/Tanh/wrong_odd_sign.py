# falls instead of rising
import torch
from torch import nn


class Tanh(nn.Module):
    def forward(self, x):
        e = torch.exp(-2 * x.clamp(-30, 30))
        return (e - 1) / (1 + e)
