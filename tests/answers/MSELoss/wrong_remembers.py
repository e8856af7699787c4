# the mean is a running one over the calls
from torch import nn


class MSELoss(nn.Module):
    def __init__(self, reduction="mean"):
        super().__init__()
        self.reduction = reduction

    def forward(self, input, target):
        loss = (input - target) ** 2
        if self.reduction == "mean":
            self.old = loss.mean() if not hasattr(self, "old") else (loss.mean() + self.old.detach()) / 2
            return self.old
        if self.reduction == "sum":
            return loss.sum()
        return loss
