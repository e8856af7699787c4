# inplace is kept on the class
import torch
from torch import nn


class SiLU(nn.Module):
    def __init__(self, inplace=False):
        super().__init__()
        SiLU.inplace = inplace

    def forward(self, x):
        gate = 0.5 * (1 + torch.tanh(0.5 * x))
        return x.mul_(gate) if SiLU.inplace else x * gate
