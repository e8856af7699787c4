"""a divergence that turns log-probabilities into probabilities and back

exp and then log is nothing lost on paper. But exp(-1000) is 0, and on the way back autograd divides by it: the
gradient by the target is NaN or infinite. u is already the logarithm that you need. Ask for the gradient of a target
of -1000.
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
            target = target.exp()
        # xlogy(y, y) is y log y, and 0 for y = 0
        loss = torch.xlogy(target, target) - target * input
        if self.reduction == "mean":
            return loss.mean()
        if self.reduction == "batchmean":
            return loss.sum() / input.shape[0]
        if self.reduction == "sum":
            return loss.sum()
        return loss
