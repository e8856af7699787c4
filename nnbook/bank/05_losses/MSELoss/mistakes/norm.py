"""a squared norm per row

With reduction="none" the squares of each row are already added up, so the shape is that of the rows. Mean and sum are
to be taken of elements, not of rows. Compare the shapes for an input of shape (4, 5), and the mean with that of the
squares.
"""

import torch
from torch import nn


class MSELoss(nn.Module):
    def __init__(self, reduction="mean"):
        super().__init__()
        self.reduction = reduction

    def forward(self, input, target):
        loss = ((input - target) ** 2).sum(-1) if input.dim() else (input - target) ** 2
        if self.reduction == "mean":
            return loss.mean()
        if self.reduction == "sum":
            return loss.sum()
        return loss
