"""a Huber loss that is flat for outliers

The distance is cut off at delta and squared: it grows no more beyond, and its gradient is 0. An outlier should pull
with delta, not with nothing: otherwise a network that starts far away never comes near. Ask for the gradient at a
difference of 10.
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
        far = torch.full_like(d, self.delta**2 / 2)
        loss = torch.where(d < self.delta, near, far)
        if self.reduction == "mean":
            return loss.mean()
        if self.reduction == "sum":
            return loss.sum()
        return loss
