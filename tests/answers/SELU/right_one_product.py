import torch
from torch import nn


class SELU(nn.Module):
    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, x):
        positive = x > 0
        y = torch.where(positive, 1.0507009873554805 * x, 1.7580993408473766 * torch.expm1(x.masked_fill(positive, 0)))
        return x.copy_(y) if self.inplace else y
