import torch
from torch import nn


class CrossEntropyLoss(nn.Module):
    """Every target as probabilities, and one formula."""

    def __init__(self, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0):
        super().__init__()
        self.weight, self.ignore_index = weight, ignore_index
        self.reduction, self.eps = reduction, label_smoothing

    def forward(self, logits, target):
        single = logits.dim() == 1
        if single:
            logits, target = logits[None], target[None]
        classes = logits.shape[1]
        shape = (1, classes) + (1,) * (logits.dim() - 2)
        w = torch.ones(classes).to(logits) if self.weight is None else self.weight
        w = w.reshape(shape)
        keep = torch.ones_like(logits[:, 0])
        given = target.is_floating_point()
        if not given:
            keep = (target != self.ignore_index).to(logits.dtype)
            numbers = torch.arange(classes, device=logits.device).reshape(shape)
            target = (target.unsqueeze(1) == numbers).to(logits.dtype)
        rows = (w * target).sum(1) * keep
        q = (1 - self.eps) * target + self.eps / classes
        loss = -(w * q * (logits - torch.logsumexp(logits, 1, keepdim=True))).sum(1) * keep
        if self.reduction == "sum":
            return loss.sum()
        if self.reduction == "mean":
            return loss.mean() if given else loss.sum() / rows.sum()
        return loss[0] if single else loss
