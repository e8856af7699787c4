import torch
from torch import nn


class NLLLoss(nn.Module):
    """The target as a table of zeros and weights."""

    def __init__(self, weight=None, ignore_index=-100, reduction="mean"):
        super().__init__()
        self.weight = weight
        self.ignore_index = ignore_index
        self.reduction = reduction

    def forward(self, input, target):
        single = input.dim() == 1
        if single:
            input, target = input.unsqueeze(0), target.unsqueeze(0)
        classes = torch.arange(input.shape[1], device=input.device)
        classes = classes.reshape(1, -1, *[1] * (input.dim() - 2))
        hot = (target.unsqueeze(1) == classes) & (target != self.ignore_index).unsqueeze(1)
        table = hot.to(input.dtype)
        if self.weight is not None:
            table = table * self.weight.reshape(classes.shape)
        loss = -(table * input).sum(1)
        if self.reduction == "mean":
            return loss.sum() / table.sum()
        if self.reduction == "sum":
            return loss.sum()
        return loss[0] if single else loss
