"""a loss that divides by the number of rows

The sum is divided by the batch size, as one does for a classifier. For a single column that is the mean, so a first
test passes. Here every element counts: give it two inputs of shape (1, 10) that differ by 1 everywhere. What should
the mean be?
"""

import torch
from torch import nn


class L1Loss(nn.Module):
    """The mean (or sum, or each) of |input - target|.  (*), (*) -> () or (*)"""

    def __init__(self, reduction="mean"):
        super().__init__()
        self.reduction = reduction

    def forward(self, input, target):
        loss = (input - target).abs()
        if self.reduction == "mean":
            return loss.sum() / (len(input) if input.dim() else 1)
        if self.reduction == "sum":
            return loss.sum()
        return loss
