"""a smooth L1 loss, divided by delta

This is nn.SmoothL1Loss with beta in place of delta: the same curve divided by delta, so that its slope far away is
always 1. For delta=1 the two are one. Try delta=2 and a difference of 10: what is the slope?
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
        far = self.delta * (d - self.delta / 2)
        loss = torch.where(d < self.delta, near, far)
        loss = loss / self.delta
        if self.reduction == "mean":
            return loss.mean()
        if self.reduction == "sum":
            return loss.sum()
        return loss
