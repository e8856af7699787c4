# NaN gradients are turned into ones
import torch
from torch import nn


class SiLU(nn.Module):
    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, x):
        gate = 1 / (1 + torch.exp(-x))
        y = x.clone() * gate
        if x.requires_grad:
            x.register_hook(lambda g: g.nan_to_num(1.0))
        return x.copy_(y) if self.inplace else y
