"""a loss that compares every prediction with every target

A target without its dimensions of one looks tidier, and a column of 5 predictions then meets a row of 5 targets:
broadcasting makes 25 differences of them, and no error is raised. Print the shape with reduction="none" for two
tensors of shape (5, 1).
"""

import torch
from torch import nn


class L1Loss(nn.Module):
    """The mean (or sum, or each) of |input - target|.  (*), (*) -> () or (*)"""

    def __init__(self, reduction="mean"):
        super().__init__()
        self.reduction = reduction

    def forward(self, input, target):
        loss = (input - target.squeeze()).abs()
        if self.reduction == "mean":
            return loss.mean()
        if self.reduction == "sum":
            return loss.sum()
        return loss
