# right values, gradient one
import torch
from torch import nn


class Tanh(nn.Module):
    def forward(self, x):
        e = torch.exp(-2 * x.clamp(-30, 30))
        return x + ((1 - e) / (1 + e) - x).detach()
