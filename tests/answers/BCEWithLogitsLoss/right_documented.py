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
        factor = torch.ones_like(input) if self.pos_weight is None else 1 + (self.pos_weight - 1) * target
        zero = torch.zeros_like(input)
        softplus = torch.log1p(torch.exp(-torch.abs(input))) + torch.maximum(-input, zero)
        loss = (1 - target) * input + factor * softplus
        if self.weight is not None:
            loss = self.weight * loss
        if self.reduction == "mean":
            return loss.mean()
        if self.reduction == "sum":
            return loss.sum()
        return loss
