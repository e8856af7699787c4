# the exponent is cut at 8
import torch
from torch import nn


class SiLU(nn.Module):
    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, x):
        z = x.clone()
        y = z / (1 + torch.exp(-z.clamp(-8, 8)))
        return x.copy_(y) if self.inplace else y
