"""a root mean squared error

The root brings the unit of the target back, which makes it a good number to report, but its gradient is another one,
and it is not finite where input and target agree. Try an input that is equal to its target, and look at the gradient.
"""

import torch
from torch import nn


class MSELoss(nn.Module):
    def __init__(self, reduction="mean"):
        super().__init__()
        self.reduction = reduction

    def forward(self, input, target):
        loss = (input - target) ** 2
        if self.reduction == "mean":
            return loss.mean().sqrt()
        if self.reduction == "sum":
            return loss.sum()
        return loss
