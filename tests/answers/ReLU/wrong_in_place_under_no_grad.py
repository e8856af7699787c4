# works in place whenever gradients are off
import torch
from torch import nn


class ReLU(nn.Module):
    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, x):
        if self.inplace or not torch.is_grad_enabled():
            return x.mul_(x > 0)
        return x * (x > 0)
