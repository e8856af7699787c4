"""a divergence whose batchmean divides by all elements

batchmean should undo nothing but the batch: the divergence of a row is a sum over its classes. Dividing by the
classes too makes the loss, and its gradient, C times too small: that is "mean". Repeat every row of a batch: neither
should change. Then compare the two for (4, 5): one is five times the other.
"""

import torch
from torch import nn


class KLDivLoss(nn.Module):
    """y (log y - x) for log-probabilities x and probabilities y, or their logarithms.  (*), (*) -> () or (*)"""

    def __init__(self, reduction="mean", log_target=False):
        super().__init__()
        self.reduction = reduction
        self.log_target = log_target

    def forward(self, input, target):
        if self.log_target:
            loss = target.exp() * (target - input)
        else:
            # xlogy(y, y) is y log y, and 0 for y = 0
            loss = torch.xlogy(target, target) - target * input
        if self.reduction == "mean":
            return loss.mean()
        if self.reduction == "batchmean":
            return loss.mean()
        if self.reduction == "sum":
            return loss.sum()
        return loss
