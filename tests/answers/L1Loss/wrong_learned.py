# a scale is learned along
import torch
from torch import nn


class L1Loss(nn.Module):
    """The mean (or sum, or each) of |input - target|.  (*), (*) -> () or (*)"""

    def __init__(self, reduction="mean"):
        super().__init__()
        self.reduction = reduction
        self.scale = nn.Parameter(torch.ones(()))

    def forward(self, input, target):
        loss = (input - target).abs()
        loss = loss * self.scale
        if self.reduction == "mean":
            return loss.mean()
        if self.reduction == "sum":
            return loss.sum()
        return loss
