# divides by the share that really survived
import torch
from torch import nn


class Dropout(nn.Module):
    """y = m x / (1 - p) in training, with m = 0 with probability p for each element; y = x in evaluation."""

    def __init__(self, p=0.5, inplace=False):
        super().__init__()
        self.p = p
        self.inplace = inplace

    def forward(self, x):
        if not self.training:
            return x
        keep = (torch.rand_like(x) >= self.p).to(x.dtype)
        mask = keep / keep.mean().clamp(min=1e-12)
        return x.mul_(mask) if self.inplace else x * mask
