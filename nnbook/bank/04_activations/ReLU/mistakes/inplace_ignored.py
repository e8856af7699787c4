"""a ReLU that ignores inplace=True

The output is right, the argument is accepted, and the input stays as it was. In place means that the memory of x is
used again: look at x after the call, and at `relu(x) is x`.
"""

import torch
from torch import nn


class ReLU(nn.Module):
    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, x):
        return torch.where(x > 0, x, torch.zeros_like(x))
