# sinh over cosh where they are finite
import torch
from torch import nn


class Tanh(nn.Module):
    def forward(self, x):
        y = x.clamp(-25, 25)
        return torch.sinh(y) / torch.cosh(y)
