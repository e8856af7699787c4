"""a Huber loss that jumps at the bend

The line is δ |d|, without the δ/2 that pulls it down to meet the square. The slopes are right, so it trains; but the
loss leaps from δ²/2 to δ² where the halves should meet. Compare a difference just below delta with one just above.
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
        far = self.delta * d
        loss = torch.where(d < self.delta, near, far)
        if self.reduction == "mean":
            return loss.mean()
        if self.reduction == "sum":
            return loss.sum()
        return loss
