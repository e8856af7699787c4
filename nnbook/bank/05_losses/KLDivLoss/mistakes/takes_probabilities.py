"""a divergence that expects probabilities for input

It is y (log y - log x), as in books, where both are probabilities. Torch wants the logarithm of the first already
taken: that is what log_softmax gives. The logarithm of a negative number is NaN. Feed it log-probabilities, and print
what comes out.
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
            loss = target.exp() * (target - input.log())
        else:
            # xlogy(y, y) is y log y, and 0 for y = 0
            loss = torch.xlogy(target, target) - target * input.log()
        if self.reduction == "mean":
            return loss.mean()
        if self.reduction == "batchmean":
            return loss.sum() / input.shape[0]
        if self.reduction == "sum":
            return loss.sum()
        return loss
