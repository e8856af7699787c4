"""a SELU with NaN gradients for large inputs

`torch.where` picks the right one of two branches and computes both, forward and backward. The exponential of 1000 is
infinite; its value is thrown away, and its gradient comes back as 0 times infinity, which is NaN. Ask for the
gradient at 1000.
"""

import torch
from torch import nn


class SELU(nn.Module):
    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, x):
        scale, alpha = 1.0507009873554805, 1.6732632423543772
        positive = x > 0
        below = alpha * torch.expm1(x)
        y = scale * torch.where(positive, x, below)
        return x.copy_(y) if self.inplace else y
