"""a Huber loss that always takes the mean

The reduction is taken and stored, and forward never looks at it. Since the mean is the default, most calls look
right. Print the shape of what HuberLoss(reduction="none") gives for two tensors of shape (4, 5).
"""

import torch
from torch import nn


class HuberLoss(nn.Module):
    """d² / 2 where |d| < delta, else delta (|d| - delta / 2), for d = input - target.  (*), (*) -> () or (*)"""

    def __init__(self, reduction="mean", delta=1.0):
        super().__init__()
        self.reduction = reduction
        self.delta = delta

    def forward(self, input, target):
        d = (input - target).abs()
        near = d**2 / 2
        far = self.delta * (d - self.delta / 2)
        loss = torch.where(d < self.delta, near, far)
        return loss.mean()
