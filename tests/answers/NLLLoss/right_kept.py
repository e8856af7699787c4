import torch
from torch import nn


class NLLLoss(nn.Module):
    """Only the rows that count are looked at."""

    def __init__(self, weight=None, ignore_index=-100, reduction="mean"):
        super().__init__()
        self.w, self.ignore, self.reduction = weight, ignore_index, reduction

    def forward(self, input, target):
        x = input if input.dim() > 1 else input.unsqueeze(0)
        y = target if input.dim() > 1 else target.unsqueeze(0)
        x = x.transpose(0, 1).flatten(1).T
        keep = (y != self.ignore).flatten()
        labels = y.flatten()[keep]
        picked = -x[keep].gather(1, labels[:, None])[:, 0]
        weight = torch.ones_like(picked) if self.w is None else self.w.index_select(0, labels)
        if self.reduction == "sum":
            return torch.dot(picked, weight)
        if self.reduction == "mean":
            return torch.dot(picked, weight) / weight.sum()
        out = torch.zeros(keep.shape, dtype=input.dtype, device=input.device)
        return out.masked_scatter(keep, picked * weight).view(target.shape)
