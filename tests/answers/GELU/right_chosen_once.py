import math

import torch
from torch import nn


def normal(x):
    return (1 + torch.erf(x / 2**0.5)) / 2


def nearly(x):
    return (1 + torch.tanh((2 / math.pi) ** 0.5 * (x + 0.044715 * x.pow(3)))) / 2


class GELU(nn.Module):
    def __init__(self, approximate="none"):
        super().__init__()
        self.gate = {"none": normal, "tanh": nearly}[approximate]

    def forward(self, x):
        return self.gate(x) * x
