# labels are smoothed in training only
import torch
from torch import nn


class CrossEntropyLoss(nn.Module):
    def __init__(self, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0):
        super().__init__()
        self.register_buffer("weight", weight)
        self.ignore_index = ignore_index
        self.reduction = reduction
        self.label_smoothing = label_smoothing

    def forward(self, input, target):
        dim = 0 if input.dim() == 1 else 1
        log_p = input - input.logsumexp(dim, keepdim=True)
        w = self.weight
        if w is None:
            w = torch.ones(input.shape[dim], dtype=input.dtype, device=input.device)
        by_class = w.view(-1, *[1] * (input.dim() - 1 - dim))
        eps = self.label_smoothing if self.training else 0.0
        smooth = -(by_class * log_p).sum(dim) / input.shape[dim]
        if target.is_floating_point():
            loss = (1 - eps) * -(by_class * target * log_p).sum(dim) + eps * smooth
            divisor = loss.numel()
        else:
            counted = target != self.ignore_index
            y = torch.where(counted, target, torch.zeros_like(target))
            w_y = torch.where(counted, w[y], torch.zeros_like(w[y]))
            hit = -log_p.gather(dim, y.unsqueeze(dim)).squeeze(dim)
            loss = (1 - eps) * w_y * hit + eps * smooth * counted
            divisor = w_y.sum()
        if self.reduction == "mean":
            return loss.sum() / divisor
        if self.reduction == "sum":
            return loss.sum()
        return loss
