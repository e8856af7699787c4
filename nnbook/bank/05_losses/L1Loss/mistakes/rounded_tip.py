"""a loss with its tip rounded off

A small number under the root keeps the gradient finite, and is in every loss: where input and target agree, 1e-4 is
left instead of 0, and a difference of 1e-3 is not 1e-3 any more. Print the losses of small differences.
"""

import torch
from torch import nn


class L1Loss(nn.Module):
    """The mean (or sum, or each) of |input - target|.  (*), (*) -> () or (*)"""

    def __init__(self, reduction="mean"):
        super().__init__()
        self.reduction = reduction

    def forward(self, input, target):
        loss = ((input - target) ** 2 + 1e-8).sqrt()
        if self.reduction == "mean":
            return loss.mean()
        if self.reduction == "sum":
            return loss.sum()
        return loss
