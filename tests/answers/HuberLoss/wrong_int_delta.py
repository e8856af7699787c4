# delta is cut to an integer
import torch
from torch import nn


class HuberLoss(nn.Module):
    """d² / 2 where |d| < delta, else delta (|d| - delta / 2), for d = input - target.  (*), (*) -> () or (*)"""

    def __init__(self, reduction="mean", delta=1.0):
        super().__init__()
        self.reduction = reduction
        self.delta = max(int(delta), 1)

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
