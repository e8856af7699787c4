import torch
from torch import nn


class MSELoss(nn.Module):
    def __init__(self, reduction="mean"):
        super().__init__()
        self.reduction = reduction

    def forward(self, input, target):
        loss = torch.pow(torch.sub(target, input), 2)
        if self.reduction == "mean":
            return loss.sum() / loss.numel()
        if self.reduction == "sum":
            return loss.sum()
        return loss
