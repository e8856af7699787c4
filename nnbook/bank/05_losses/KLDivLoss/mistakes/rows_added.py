"""a divergence that has one value per row with reduction="none"

The classes of each row are added up, which is what the divergence of a distribution means. But "none" is to leave
every element as it is, for you to add up or to mask. Compare the shape with that of the input.
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
            return loss.sum() / input.shape[0]
        if self.reduction == "sum":
            return loss.sum()
        return loss.sum(-1) if loss.dim() > 1 else loss
