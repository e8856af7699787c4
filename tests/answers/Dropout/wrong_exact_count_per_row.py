# drops exactly round(p n) values of each row
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
        # with p = 1 nothing survives, and 1 / (1 - p) does not exist
        factor = 1 / (1 - self.p) if self.p < 1 else 0.0
        n = x.shape[-1] if x.dim() else 1
        rank = (
            torch.rand_like(x).argsort(-1).argsort(-1)
            if x.dim()
            else (torch.rand(()) < self.p).double() * 0 + (torch.rand(()) >= self.p)
        )
        keep = rank >= round(self.p * n) if x.dim() else rank
        mask = keep.to(x.dtype) * factor
        return x.mul_(mask) if self.inplace else x * mask
