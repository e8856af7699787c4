# a Mish
import torch
from torch import nn


class SiLU(nn.Module):
    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, x):
        z = x.clone()
        n = torch.exp(z.clamp(max=20))
        n = n * (n + 2)
        y = z * n / (n + 2)
        return x.copy_(y) if self.inplace else y
