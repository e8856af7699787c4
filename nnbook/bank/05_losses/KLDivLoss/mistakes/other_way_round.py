"""a divergence taken the other way round

The divergence is not symmetric. Here the student's probabilities weigh the differences, exp(x) (x - log y); training
with it, the student picks one of the teacher's peaks and forgets the others. The target should be the weight. Set a
target to 0: that element should cost nothing.
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
            loss = input.exp() * (input - target)
        else:
            loss = input.exp() * (input - target.log())
        if self.reduction == "mean":
            return loss.mean()
        if self.reduction == "batchmean":
            return loss.sum() / input.shape[0]
        if self.reduction == "sum":
            return loss.sum()
        return loss
