"""a tanh that stops at -3 and 3

Clamping keeps exp small, and beyond 3 the output stands still at 0.995 without any gradient. Clamp where it cannot be
seen. Compare at x = 4.
"""

import torch
from torch import nn


class Tanh(nn.Module):
    def forward(self, x):
        z = torch.exp(-2 * x.clamp(-3, 3))
        return (1 - z) / (1 + z)
