"""a loss in which errors of both signs cancel

Without the absolute value a guess too high pays for a guess too low, and the loss falls without end as the input
does. Try the inputs -5 and 5 with targets of 0: the mean should not be 0.
"""

import torch
from torch import nn


class L1Loss(nn.Module):
    """The mean (or sum, or each) of |input - target|.  (*), (*) -> () or (*)"""

    def __init__(self, reduction="mean"):
        super().__init__()
        self.reduction = reduction

    def forward(self, input, target):
        loss = input - target
        if self.reduction == "mean":
            return loss.mean()
        if self.reduction == "sum":
            return loss.sum()
        return loss
