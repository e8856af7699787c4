# once in evaluation, always in evaluation
import torch
from torch import nn


class Dropout(nn.Module):
    """y = m x / (1 - p) in training, with m = 0 with probability p for each element; y = x in evaluation."""

    def __init__(self, p=0.5, inplace=False):
        super().__init__()
        self.p = p
        self.inplace = inplace

    def forward(self, x):
        if not self.training or getattr(self, "seen", False):
            self.seen = True
            return x
        # with p = 1 nothing survives, and 1 / (1 - p) does not exist
        factor = 1 / (1 - self.p) if self.p < 1 else 0.0
        mask = (torch.rand_like(x) >= self.p).to(x.dtype) * factor
        return x.mul_(mask) if self.inplace else x * mask
