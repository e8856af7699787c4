# writes into x and returns another tensor
import torch
from torch import nn


class SELU(nn.Module):
    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, x):
        scale, alpha = 1.0507009873554805, 1.6732632423543772
        positive = x > 0
        below = alpha * torch.expm1(x.masked_fill(positive, 0))
        y = scale * torch.where(positive, x, below)
        if self.inplace:
            x.copy_(y)
        return y
