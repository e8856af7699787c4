# two branches, each fed only what it can bear
import torch
from torch import nn


class Sigmoid(nn.Module):
    def forward(self, x):
        positive = x >= 0
        a = torch.where(positive, x, torch.zeros_like(x))
        b = torch.where(positive, torch.zeros_like(x), x)
        e = torch.exp(b)
        return torch.where(positive, 1 / (1 + torch.exp(-a)), e / (1 + e))
