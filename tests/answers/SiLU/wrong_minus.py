# the sigmoid of -x
import torch
from torch import nn


class SiLU(nn.Module):
    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, x):
        gate = 0.5 * (1 - torch.tanh(0.5 * x))
        return x.mul_(gate) if self.inplace else x * gate
