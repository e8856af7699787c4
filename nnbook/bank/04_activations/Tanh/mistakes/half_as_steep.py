"""a tanh that is stretched to twice its width

2 sigmoid(x) - 1 has the right limits and is 0 at zero, but tanh(x) is 2 sigmoid(2x) - 1. Compare the slopes at zero:
1/2 where 1 should be.
"""

import torch
from torch import nn


class Tanh(nn.Module):
    def forward(self, x):
        z = torch.exp(-x.clamp(-60, 60))
        return 2 / (1 + z) - 1
