# small numbers become zero
import torch
from torch import nn


class Tanh(nn.Module):
    def forward(self, x):
        e = torch.exp(-2 * x.clamp(-30, 30))
        return torch.where(x.abs() < 1e-3, 0 * x, (1 - e) / (1 + e))
