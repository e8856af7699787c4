"""a sigmoid that is twice as steep

(1 + tanh(x)) / 2 has the right limits and the right value at 0, and it is the sigmoid of 2x. Compare the slopes at
zero: 1/2 where 1/4 should be.
"""

import torch
from torch import nn


class Sigmoid(nn.Module):
    def forward(self, x):
        return (1 + torch.tanh(x)) / 2
