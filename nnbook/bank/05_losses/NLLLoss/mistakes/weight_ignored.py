"""a loss that never uses its weight

The weight is stored, and forward does not look at it. As long as all classes weigh the same, nothing shows. Build two
losses, one with a weight of 10 for class 0, and give both a batch of class 0 with reduction="sum".
"""

import torch
from torch import nn


class NLLLoss(nn.Module):
    def __init__(self, weight=None, ignore_index=-100, reduction="mean"):
        super().__init__()
        self.register_buffer("weight", weight)
        self.ignore_index = ignore_index
        self.reduction = reduction

    def forward(self, input, target):
        dim = 0 if input.dim() == 1 else 1
        counted = target != self.ignore_index
        index = torch.where(counted, target, torch.zeros_like(target))
        picked = input.gather(dim, index.unsqueeze(dim)).squeeze(dim)
        w = torch.ones_like(picked)
        w = torch.where(counted, w, torch.zeros_like(w))
        loss = -w * picked
        if self.reduction == "mean":
            return loss.sum() / w.sum()
        if self.reduction == "sum":
            return loss.sum()
        return loss
