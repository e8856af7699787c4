"""a mean absolute error

Distances are added up without being squared. Large and small errors then pull equally hard, which is another loss,
L1Loss. Look at a difference of 3: what should the loss be?
"""

import torch
from torch import nn


class MSELoss(nn.Module):
    def __init__(self, reduction="mean"):
        super().__init__()
        self.reduction = reduction

    def forward(self, input, target):
        loss = (input - target).abs()
        if self.reduction == "mean":
            return loss.mean()
        if self.reduction == "sum":
            return loss.sum()
        return loss
