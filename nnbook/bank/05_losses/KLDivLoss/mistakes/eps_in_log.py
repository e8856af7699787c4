"""a divergence with a small number inside the logarithm

log(y + 1e-6) is never infinite, and is wrong everywhere by a little: two equal distributions do not get 0. In float64
the little is a lot. Compare with y (log y - x) for ordinary values.
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
            loss = target * ((target + 1e-6).log() - input)
        if self.reduction == "mean":
            return loss.mean()
        if self.reduction == "batchmean":
            return loss.sum() / input.shape[0]
        if self.reduction == "sum":
            return loss.sum()
        return loss
