# asks for the largest value, which an empty tensor has not
import torch
from torch import nn


class Tanh(nn.Module):
    def forward(self, x):
        if x.abs().max() > 30:
            x = x.clamp(-30, 30)
        e = torch.exp(-2 * x)
        return (1 - e) / (1 + e)
