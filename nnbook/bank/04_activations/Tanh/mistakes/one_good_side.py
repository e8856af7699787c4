"""a tanh that is NaN for very negative inputs

Dividing above and below by exp(x) leaves one exponential, exp(-2x), which is harmless for positive x and infinite for
very negative x. Try x = 100, then x = -100.
"""

import torch
from torch import nn


class Tanh(nn.Module):
    def forward(self, x):
        z = torch.exp(-2 * x)
        return (1 - z) / (1 + z)
