# the input is changed in place in evaluation
import torch
from torch import nn


class MSELoss(nn.Module):
    def __init__(self, reduction="mean"):
        super().__init__()
        self.reduction = reduction

    def forward(self, input, target):
        with torch.no_grad():
            input -= 0 if self.training else 1e-3
        loss = (input - target) ** 2
        if self.reduction == "mean":
            return loss.mean()
        if self.reduction == "sum":
            return loss.sum()
        return loss
