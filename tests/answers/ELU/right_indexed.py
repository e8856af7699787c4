import torch
from torch import nn


class ELU(nn.Module):
    def __init__(self, alpha=1.0, inplace=False):
        super().__init__()
        self.alpha = alpha
        self.inplace = inplace

    def forward(self, x):
        y = x if self.inplace else x.clone()
        below = y <= 0
        y[below] = self.alpha * torch.expm1(y[below])
        return y
