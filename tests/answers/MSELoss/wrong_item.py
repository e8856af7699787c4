# the loss is a number without a graph
import torch
from torch import nn


class MSELoss(nn.Module):
    def __init__(self, reduction="mean"):
        super().__init__()
        self.reduction = reduction

    def forward(self, input, target):
        loss = (input - target) ** 2
        if self.reduction == "mean":
            return torch.tensor(loss.mean().item(), dtype=input.dtype)
        if self.reduction == "sum":
            return loss.sum()
        return loss
