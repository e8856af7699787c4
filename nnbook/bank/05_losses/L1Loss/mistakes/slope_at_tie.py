"""a loss that has a slope of -1 where input and target agree

`torch.where` has two branches and no third for a tie: the difference 0 goes with the negative ones, and an input that
is right is pushed away from its target. Ask for the gradient of an input that equals its target.
"""

import torch
from torch import nn


class L1Loss(nn.Module):
    """The mean (or sum, or each) of |input - target|.  (*), (*) -> () or (*)"""

    def __init__(self, reduction="mean"):
        super().__init__()
        self.reduction = reduction

    def forward(self, input, target):
        d = input - target
        loss = torch.where(d > 0, d, -d)
        if self.reduction == "mean":
            return loss.mean()
        if self.reduction == "sum":
            return loss.sum()
        return loss
