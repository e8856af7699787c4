"""a Huber loss whose straight half has slope 1

|d| - δ/2 is right for delta=1 only. Elsewhere the line is too flat or too steep, and does not meet the square. Try
delta=2 at a difference of 2, where the loss is 2.
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
        far = d - self.delta / 2
        loss = torch.where(d < self.delta, near, far)
        if self.reduction == "mean":
            return loss.mean()
        if self.reduction == "sum":
            return loss.sum()
        return loss
