# The reduction is kept on the class, so that two losses share it.
import torch
from torch import nn


class MSELoss(nn.Module):
    def __init__(self, reduction="mean"):
        super().__init__()
        MSELoss.reduction = reduction

    def forward(self, input, target):
        loss = (input - target) ** 2
        if self.reduction == "mean":
            return loss.mean()
        if self.reduction == "sum":
            return loss.sum()
        return loss
