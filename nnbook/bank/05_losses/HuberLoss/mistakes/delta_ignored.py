"""a Huber loss whose delta is always 1

The option is taken and never read. The default is 1, so nothing shows until somebody asks for another. Compare
delta=0.1 with delta=10 on differences of about 1.
"""

import torch
from torch import nn


class HuberLoss(nn.Module):
    """d² / 2 where |d| < delta, else delta (|d| - delta / 2), for d = input - target.  (*), (*) -> () or (*)"""

    def __init__(self, reduction="mean", delta=1.0):
        super().__init__()
        self.reduction = reduction
        self.delta = 1.0

    def forward(self, input, target):
        d = (input - target).abs()
        near = d**2 / 2
        far = self.delta * (d - self.delta / 2)
        loss = torch.where(d < self.delta, near, far)
        if self.reduction == "mean":
            return loss.mean()
        if self.reduction == "sum":
            return loss.sum()
        return loss
