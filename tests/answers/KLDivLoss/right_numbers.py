import torch
from torch import nn


class KLDivLoss(nn.Module):
    def __init__(self, reduction="mean", log_target=False):
        super().__init__()
        self.log_target = log_target
        self.reduction = reduction

    def pointwise(self, x, t):
        if self.log_target:
            return (t - x) * t.exp()
        return t * (t.clamp(min=1e-300 if t.dtype == torch.float64 else 1e-38).log() - x)

    def forward(self, x, t):
        each = self.pointwise(x, t)
        if self.reduction == "none":
            return each
        divisor = {"sum": 1, "mean": each.numel(), "batchmean": len(each) if each.dim() else 1}[self.reduction]
        return each.sum() / divisor
