"""a loss that always takes the mean

The option is taken and stored, and forward never looks at it. Since the mean is the default, most calls look right.
Print the shape of what MSELoss(reduction="none") gives for two tensors of shape (4, 5).
"""

import torch
from torch import nn


class MSELoss(nn.Module):
    def __init__(self, reduction="mean"):
        super().__init__()
        self.reduction = reduction

    def forward(self, input, target):
        loss = (input - target) ** 2
        return loss.mean()
