"""a sigmoid that sends no gradient back

The numbers are right and come from a detached input, so that the layers before learn nothing. Look at
`sigmoid(x).requires_grad`.
"""

import torch
from torch import nn


class Sigmoid(nn.Module):
    def forward(self, x):
        x = x.detach()
        return 1 / (1 + torch.exp(-x))
