# the first number decides the branch for all
import torch
from torch import nn


class Sigmoid(nn.Module):
    def forward(self, x):
        if x.numel() and x.reshape(-1)[0] < 0:
            e = torch.exp(x)
            return e / (1 + e)
        return 1 / (1 + torch.exp(-x))
