# Label_smoothing is kept on the class, so that two losses share it.
import torch
from torch import nn


class CrossEntropyLoss(nn.Module):
    def __init__(self, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0):
        super().__init__()
        self.register_buffer("weight", weight)
        self.ignore_index = ignore_index
        self.reduction = reduction
        CrossEntropyLoss.label_smoothing = label_smoothing

    def forward(self, input, target):
        dim = 1 if input.dim() > 1 else 0
        C = input.shape[dim]
        logp = input - torch.logsumexp(input, dim, keepdim=True)
        w = input.new_ones(C) if self.weight is None else self.weight
        wb = w.view([C] + [1] * (input.dim() - dim - 1))
        eps = self.label_smoothing
        if target.is_floating_point():
            q = (1 - eps) * target + eps / C
            loss = -(wb * q * logp).sum(dim)
            norm = loss.numel()
        else:
            keep = target != self.ignore_index
            safe = torch.where(keep, target, 0)
            wy = torch.where(keep, w[safe], 0)
            picked = logp.gather(dim, safe.unsqueeze(dim)).squeeze(dim)
            smooth = (wb * logp).sum(dim)
            loss = -(1 - eps) * wy * picked - torch.where(keep, smooth, 0) * (eps / C)
            norm = wy.sum()
        if self.reduction == "mean":
            return loss.sum() / norm
        if self.reduction == "sum":
            return loss.sum()
        return loss
