import torch
from torch import nn


class ELU(nn.Module):
    def __init__(self, alpha=1.0, inplace=False):
        super().__init__()
        self.alpha = alpha
        self.inplace = inplace

    def forward(self, x):
        up, down = x > 0, x <= 0
        y = x * up + self.alpha * torch.expm1(x.masked_fill(up, 0)) * down
        return x.copy_(y) if self.inplace else y
