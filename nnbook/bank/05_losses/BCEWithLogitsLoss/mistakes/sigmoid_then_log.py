"""a loss that takes the logarithm of a sigmoid

The two steps are right on paper. In float32 the sigmoid of 20 is exactly 1, and log(1 - 1) is -inf; times a target of
exactly 1 or 0, it is NaN. Feed it the scores 1000 and -1000, once right and once wrong.
"""

import torch
from torch import nn


class BCEWithLogitsLoss(nn.Module):
    """-w (a y log σ(x) + (1 - y) log(1 - σ(x))) for scores x.  (*), (*) -> () or (*)"""

    def __init__(self, weight=None, reduction="mean", pos_weight=None):
        super().__init__()
        self.register_buffer("weight", weight)
        self.register_buffer("pos_weight", pos_weight)
        self.reduction = reduction

    def forward(self, input, target):
        if target.shape != input.shape:
            raise ValueError(f"target has shape {tuple(target.shape)}, input has {tuple(input.shape)}")
        p = 1 / (1 + torch.exp(-input))
        yes = -target * p.log()
        no = -(1 - target) * (1 - p).log()
        if self.pos_weight is not None:
            yes = self.pos_weight * yes
        loss = yes + no
        if self.weight is not None:
            loss = self.weight * loss
        if self.reduction == "mean":
            return loss.mean()
        if self.reduction == "sum":
            return loss.sum()
        return loss
