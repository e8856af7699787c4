"""a tanh that sends no gradient back

The numbers are right and come from a detached input, so that the layers before learn nothing. Look at
`tanh(x).requires_grad`.
"""

import torch
from torch import nn


class Tanh(nn.Module):
    def forward(self, x):
        z = torch.exp(-2 * x.detach().clamp(-30, 30))
        return (1 - z) / (1 + z)
