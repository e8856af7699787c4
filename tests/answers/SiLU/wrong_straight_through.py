# the gradient of the identity
import torch
from torch import nn


class SiLU(nn.Module):
    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, x):
        gate = 0.5 * (1 + torch.tanh(0.5 * x))
        y = x + (x * gate - x).detach()
        return x.copy_(x.detach().clone() * gate.detach() + x - x.detach()) if self.inplace else y
