import torch
from torch import nn


class KLDivLoss(nn.Module):
    """y (log y - x) for log-probabilities x and probabilities y, or their logarithms.  (*), (*) -> () or (*)"""

    def __init__(self, size_average=None, reduce=None, reduction: str = "mean", log_target: bool = False):
        super().__init__()
        self.reduction = reduction
        self.log_target = log_target

    def forward(self, input, target):
        if self.log_target:
            y = torch.exp(target)
            loss = y * target - y * input
        else:
            # xlogy(y, y) is y log y, and 0 for y = 0
            loss = torch.xlogy(target, target) - target * input
        if self.reduction == "mean":
            return loss.mean()
        if self.reduction == "batchmean":
            return loss.flatten(1).sum(1).mean() if loss.dim() > 1 else loss.mean()
        if self.reduction == "sum":
            return loss.sum()
        return loss
