"""a loss that always takes the mean

The option is taken and stored, and forward never looks at it. Since the mean is the default, most calls look right.
Print the shape of what L1Loss(reduction="none") gives for two tensors of shape (4, 5).
"""

import torch
from torch import nn


class L1Loss(nn.Module):
    """The mean (or sum, or each) of |input - target|.  (*), (*) -> () or (*)"""

    def __init__(self, reduction="mean"):
        super().__init__()
        self.reduction = reduction

    def forward(self, input, target):
        loss = (input - target).abs()
        return loss.mean()
