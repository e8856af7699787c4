import torch
from torch import nn


class SiLU(nn.Module):
    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, x):
        z = x.clone()
        up = z > 0
        e = torch.exp(-torch.where(up, z, 0))
        f = torch.exp(torch.where(up, 0, z))
        y = torch.where(up, z / (1 + e), z * f / (1 + f))
        return x.copy_(y) if self.inplace else y
