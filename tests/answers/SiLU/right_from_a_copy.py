import torch
from torch import nn


class SiLU(nn.Module):
    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, x):
        z = x.clone() if self.inplace else x
        positive = z >= 0
        e = torch.exp(torch.where(positive, -z, z))
        y = z * torch.where(positive, torch.ones_like(e), e) / (1 + e)
        return x.copy_(y) if self.inplace else y
