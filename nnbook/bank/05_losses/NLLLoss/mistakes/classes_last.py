"""a loss that looks for the classes in the last dimension

For a batch of rows, dimension 1 is the last one, and all is well. In torch the classes stay in dimension 1 when more
follow: (N, C, T), not (N, T, C). If T and C happen to be equal nothing even raises. Try an input of shape (2, 4, 3)
with a target of shape (2, 3).
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
        dim = -1
        counted = target != self.ignore_index
        index = torch.where(counted, target, torch.zeros_like(target))
        picked = input.gather(dim, index.unsqueeze(dim)).squeeze(dim)
        w = torch.ones_like(picked) if self.weight is None else self.weight[index]
        w = torch.where(counted, w, torch.zeros_like(w))
        loss = -w * picked
        if self.reduction == "mean":
            return loss.sum() / w.sum()
        if self.reduction == "sum":
            return loss.sum()
        return loss
