# x itself above zero
import torch
from torch import nn


class SiLU(nn.Module):
    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, x):
        z = x.clone()
        y = torch.where(z > 0, z, z * 0.5 * (1 + torch.tanh(0.5 * z)))
        return x.copy_(y) if self.inplace else y
