import torch
from torch import nn


class HuberLoss(nn.Module):
    def __init__(self, reduction="mean", delta=1.0):
        super().__init__()
        self.reduction, self.delta = reduction, delta

    def forward(self, input, target):
        d = input - target
        out = torch.zeros_like(d)
        near = d.abs() < self.delta
        out[near] = d[near] ** 2 / 2
        out[~near] = self.delta * (d[~near].abs() - self.delta / 2)
        if self.reduction == "none":
            return out
        return out.sum() / (out.numel() if self.reduction == "mean" else 1)
