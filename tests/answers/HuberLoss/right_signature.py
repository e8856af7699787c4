import torch
from torch import nn


class HuberLoss(nn.Module):
    """d² / 2 where |d| < delta, else delta (|d| - delta / 2), for d = input - target.  (*), (*) -> () or (*)"""

    def __init__(self, reduction: str = "mean", delta: float = 1.0):
        super().__init__()
        self.reduction = reduction
        self.delta = delta

    def forward(self, input, target):
        d = (input - target).abs()
        near = d**2 / 2
        far = self.delta * d - 0.5 * self.delta**2
        loss = torch.where(d < self.delta, near, far)
        return {"mean": torch.mean, "sum": torch.sum, "none": torch.clone}[self.reduction](loss)
