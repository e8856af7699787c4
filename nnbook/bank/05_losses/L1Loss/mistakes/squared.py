"""a mean squared error

The differences are squared, which is another loss, MSELoss: it agrees with this one for differences of 0 and 1 and
nowhere else. Look at a difference of 3: what should the loss be?
"""

import torch
from torch import nn


class L1Loss(nn.Module):
    """The mean (or sum, or each) of |input - target|.  (*), (*) -> () or (*)"""

    def __init__(self, reduction="mean"):
        super().__init__()
        self.reduction = reduction

    def forward(self, input, target):
        loss = (input - target) ** 2
        if self.reduction == "mean":
            return loss.mean()
        if self.reduction == "sum":
            return loss.sum()
        return loss
