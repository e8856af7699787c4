# sinh over cosh overflows
import torch
from torch import nn


class Tanh(nn.Module):
    def forward(self, x):
        return torch.sinh(x) / torch.cosh(x)
