# the first target is kept for later calls of the same shape
import torch
from torch import nn


class L1Loss(nn.Module):
    """The mean (or sum, or each) of |input - target|.  (*), (*) -> () or (*)"""

    def __init__(self, reduction="mean"):
        super().__init__()
        self.reduction = reduction
        self.last = None

    def forward(self, input, target):
        if self.last is None or self.last.shape != target.shape or self.last.dtype != target.dtype:
            self.last = target
        target = self.last
        loss = (input - target).abs()
        if self.reduction == "mean":
            return loss.mean()
        if self.reduction == "sum":
            return loss.sum()
        return loss
