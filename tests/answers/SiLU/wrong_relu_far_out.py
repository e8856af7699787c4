# a ReLU beyond 6
import torch
from torch import nn


class SiLU(nn.Module):
    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, x):
        z = x.clone()
        y = torch.where(z.abs() > 6, z.clamp(min=0), z * 0.5 * (1 + torch.tanh(0.5 * z)))
        return x.copy_(y) if self.inplace else y
