# a clamp so narrow that float32 does not see it
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
        p = p.clamp(1e-30, 1 - 1e-16)
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
