# each side by its own formula, written into an empty tensor
import torch
from torch import nn


class Sigmoid(nn.Module):
    def forward(self, x):
        y = torch.empty_like(x)
        p = x >= 0
        y[p] = 1 / (1 + torch.exp(-x[p]))
        e = torch.exp(x[~p])
        y[~p] = e / (1 + e)
        return y
