"""a loss whose gradient is NaN where input and target agree

The root of a square is the absolute value, on paper. On the way back, the slope of a root at 0 is infinite and that
of the square is 0, and infinity times 0 is NaN. One prediction that is exactly right spoils the whole batch. Ask for
the gradient of an input that equals its target.
"""

import torch
from torch import nn


class L1Loss(nn.Module):
    """The mean (or sum, or each) of |input - target|.  (*), (*) -> () or (*)"""

    def __init__(self, reduction="mean"):
        super().__init__()
        self.reduction = reduction

    def forward(self, input, target):
        loss = ((input - target) ** 2).sqrt()
        if self.reduction == "mean":
            return loss.mean()
        if self.reduction == "sum":
            return loss.sum()
        return loss
