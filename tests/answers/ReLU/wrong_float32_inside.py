# computes in float32 and comes back: the precision is lost
import torch
from torch import nn


class ReLU(nn.Module):
    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, x):
        y = torch.where(x > 0, x, torch.zeros_like(x)).float().to(x.dtype)
        return x.copy_(y) if self.inplace else y
