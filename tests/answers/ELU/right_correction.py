import torch
from torch import nn


class ELU(nn.Module):
    def __init__(self, alpha=1.0, inplace=False):
        super().__init__()
        self.alpha = alpha
        self.inplace = inplace

    def forward(self, x):
        low = torch.where(x > 0, torch.zeros_like(x), x)
        y = x.masked_fill(x <= 0, 0).add(torch.expm1(low).masked_fill(x > 0, 0), alpha=self.alpha)
        return x.copy_(y) if self.inplace else y
