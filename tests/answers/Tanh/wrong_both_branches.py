# where() over two branches of which one overflows: NaN gradients
import torch
from torch import nn


class Tanh(nn.Module):
    def forward(self, x):
        p, m = torch.exp(2 * x), torch.exp(-2 * x)
        return torch.where(x > 0, (1 - m) / (1 + m), (p - 1) / (p + 1))
