import torch
from torch import nn


class BCEWithLogitsLoss(nn.Module):
    """-w (a y log σ(x) + (1 - y) log(1 - σ(x))) for scores x.  (*), (*) -> () or (*)"""

    def __init__(self, weight=None, reduction="mean", pos_weight=None):
        super().__init__()
        self.weight = weight
        self.pos_weight = pos_weight
        self.reduction = reduction

    def forward(self, input, target):
        if target.shape != input.shape:
            raise ValueError(f"target has shape {tuple(target.shape)}, input has {tuple(input.shape)}")
        a = 1 if self.pos_weight is None else self.pos_weight
        zero = input.new_zeros(())
        loss = a * target * torch.logaddexp(-input, zero) + (1 - target) * torch.logaddexp(input, zero)
        if self.weight is not None:
            loss = self.weight * loss
        if self.reduction == "mean":
            return loss.mean()
        if self.reduction == "sum":
            return loss.sum()
        return loss
