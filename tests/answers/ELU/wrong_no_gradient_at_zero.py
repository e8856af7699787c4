# no gradient at zero itself
import torch
from torch import nn


class ELU(nn.Module):
    def __init__(self, alpha=1.0, inplace=False):
        super().__init__()
        self.alpha = alpha
        self.inplace = inplace

    def forward(self, x):
        above = x > 0
        y = torch.where(above, x, self.alpha * torch.expm1(x.masked_fill(x >= 0, 0)))
        return x.copy_(y) if self.inplace else y
