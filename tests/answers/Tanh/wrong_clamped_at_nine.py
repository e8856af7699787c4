# cut at 9: a few digits and the gradient beyond are lost
import torch
from torch import nn


class Tanh(nn.Module):
    def forward(self, x):
        e = torch.exp(-2 * x.clamp(-9, 9))
        return (1 - e) / (1 + e)
