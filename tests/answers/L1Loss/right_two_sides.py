import torch
from torch import nn


class L1Loss(nn.Module):
    """The mean (or sum, or each) of |input - target|.  (*), (*) -> () or (*)"""

    def __init__(self, reduction="mean"):
        super().__init__()
        self.how = reduction

    def forward(self, input, target):
        d = input - target
        loss = torch.where(d > 0, d, torch.zeros_like(d)) + torch.where(d < 0, -d, torch.zeros_like(d))
        if self.how == "mean":
            return loss.mean()
        if self.how == "sum":
            return loss.sum()
        return loss
