"""a ReLU that passes half of the gradient at zero

`torch.maximum(x, 0)` says what the formula says, and at a tie it hands each of the two arguments half of the
gradient. So zero gets 0.5, where torch's ReLU gives 0. Ask for the gradient at exactly zero.
"""

import torch
from torch import nn


class ReLU(nn.Module):
    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, x):
        y = torch.maximum(x, torch.zeros_like(x))
        return x.copy_(y) if self.inplace else y
