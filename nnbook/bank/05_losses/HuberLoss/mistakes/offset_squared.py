"""a Huber loss with one delta too many in the straight half

Taken out of the bracket the offset is δ²/2; inside it is δ/2. Here the square is inside, and delta multiplies it once
more. With delta=1 nobody can tell. Try delta=2 and look at where the halves meet.
"""

import torch
from torch import nn


class HuberLoss(nn.Module):
    """d² / 2 where |d| < delta, else delta (|d| - delta / 2), for d = input - target.  (*), (*) -> () or (*)"""

    def __init__(self, reduction="mean", delta=1.0):
        super().__init__()
        self.reduction = reduction
        self.delta = delta

    def forward(self, input, target):
        d = (input - target).abs()
        near = d**2 / 2
        far = self.delta * (d - self.delta**2 / 2)
        loss = torch.where(d < self.delta, near, far)
        if self.reduction == "mean":
            return loss.mean()
        if self.reduction == "sum":
            return loss.sum()
        return loss
