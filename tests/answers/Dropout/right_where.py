# torch.where with a boolean mask
import torch
from torch import nn


class Dropout(nn.Module):
    def __init__(self, p=0.5, inplace=False):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(f"p has to lie between 0 and 1, got {p}")
        self.p = float(p)
        self.inplace = bool(inplace)

    def forward(self, x):
        if not self.training:
            return x
        drop = torch.rand(x.shape, device=x.device) < self.p
        if self.inplace:
            x.masked_fill_(drop, 0.0)
            return x.div_(1 - self.p) if self.p < 1 else x
        kept = x / (1 - self.p) if self.p < 1 else x
        return torch.where(drop, torch.zeros_like(kept), kept)
