# sign times a function of |x|: no gradient at exactly zero
import torch
from torch import nn


class Tanh(nn.Module):
    def forward(self, x):
        e = torch.exp(-2 * x.abs())
        return x.sign() * (1 - e) / (1 + e)
