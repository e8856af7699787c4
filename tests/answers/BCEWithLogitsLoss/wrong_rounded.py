# every loss is rounded to four digits on the way
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
        zero = torch.zeros_like(input)
        # -log σ(x) = log(1 + e^-x) is what a yes costs, -log(1 - σ(x)) = log(1 + e^x) a no: neither by way of σ
        yes = target * torch.logaddexp(zero, -input)
        no = (1 - target) * torch.logaddexp(zero, input)
        if self.pos_weight is not None:
            yes = self.pos_weight * yes
        loss = yes + no
        loss = loss + ((loss * 1e4).round() / 1e4 - loss).detach()
        if self.weight is not None:
            loss = self.weight * loss
        if self.reduction == "mean":
            return loss.mean()
        if self.reduction == "sum":
            return loss.sum()
        return loss
