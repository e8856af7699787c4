"""a loss whose target is cut off from the gradient

The target is often a constant, and then nothing is missing. But where the target comes out of another network (a
teacher, an encoder), the loss must reach it as well. Let the target require a gradient, and look at target.grad after
backward().
"""

import torch
from torch import nn


class L1Loss(nn.Module):
    """The mean (or sum, or each) of |input - target|.  (*), (*) -> () or (*)"""

    def __init__(self, reduction="mean"):
        super().__init__()
        self.reduction = reduction

    def forward(self, input, target):
        loss = (input - target.detach()).abs()
        if self.reduction == "mean":
            return loss.mean()
        if self.reduction == "sum":
            return loss.sum()
        return loss
