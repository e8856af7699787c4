# the reduction is kept for all objects together
from torch import nn


class MSELoss(nn.Module):
    def __init__(self, reduction="mean"):
        super().__init__()
        type(self).reduction = reduction
        type(self).first = getattr(type(self), "first", None) or reduction

    def forward(self, input, target):
        loss = (input - target) ** 2
        if self.first == "mean":
            return loss.mean()
        if self.reduction == "sum":
            return loss.sum()
        return loss
