"""a tanh with NaN gradients at both ends

`torch.where` picks the good one of two branches and computes both, forward and backward: the one that was not picked
contributes 0 times infinity, which is NaN. Ask for the gradients at -1e4 and 1e4.
"""

import torch
from torch import nn


class Tanh(nn.Module):
    def forward(self, x):
        p, m = torch.exp(2 * x), torch.exp(-2 * x)
        return torch.where(x > 0, (1 - m) / (1 + m), (p - 1) / (p + 1))
