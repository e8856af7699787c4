import torch
from torch import nn


class L1Loss(nn.Module):
    """The mean (or sum, or each) of |input - target|.  (*), (*) -> () or (*)"""

    def __init__(self, reduction="mean"):
        super().__init__()
        # BEGIN SOLUTION
        self.reduction = reduction
        # END SOLUTION

    def forward(self, input, target):
        # BEGIN SOLUTION
        loss = (input - target).abs()
        if self.reduction == "mean":
            return loss.mean()
        if self.reduction == "sum":
            return loss.sum()
        return loss
        # END SOLUTION
