# the weight counts in the mean only
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
        w = torch.ones_like(picked) if self.weight is None else self.weight[index]
        w = torch.where(counted, w, torch.zeros_like(w))
        loss = -w * picked
        if self.reduction == "mean":
            return loss.sum() / w.sum()
        if self.reduction == "sum":
            return loss.sum()
        return torch.where(counted, -picked, torch.zeros_like(picked))
