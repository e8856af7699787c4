"""a sigmoid that stops at -5 and 5

Clamping the input keeps exp small, and beyond 5 the output stands still at 0.993 with no gradient at all. Clamp where
it cannot be seen, or not at all. Compare at x = 8.
"""

import torch
from torch import nn


class Sigmoid(nn.Module):
    def forward(self, x):
        return 1 / (1 + torch.exp(-x.clamp(-5, 5)))
