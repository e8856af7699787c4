# a sum of two clamps: at zero both let the gradient through
import torch
from torch import nn


class SELU(nn.Module):
    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, x):
        scale, alpha = 1.0507009873554805, 1.6732632423543772
        z = x.clone()
        y = scale * (z.clamp(min=0) + alpha * torch.expm1(z.clamp(max=0)))
        return x.copy_(y) if self.inplace else y
