# its beta is learned
import torch
from torch import nn


class SiLU(nn.Module):
    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace
        self.beta = nn.Parameter(torch.ones(()))

    def forward(self, x):
        gate = 0.5 * (1 + torch.tanh(0.5 * self.beta * x))
        return x.mul_(gate) if self.inplace else x * gate
