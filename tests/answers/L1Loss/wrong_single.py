# float32 inside, the dtype put back
import torch
from torch import nn


class L1Loss(nn.Module):
    """The mean (or sum, or each) of |input - target|.  (*), (*) -> () or (*)"""

    def __init__(self, reduction="mean"):
        super().__init__()
        self.reduction = reduction

    def forward(self, input, target):
        kept, input, target = input.dtype, input.float(), target.float()
        loss = (input - target).abs()
        loss = loss.to(kept)
        if self.reduction == "mean":
            return loss.mean()
        if self.reduction == "sum":
            return loss.sum()
        return loss
