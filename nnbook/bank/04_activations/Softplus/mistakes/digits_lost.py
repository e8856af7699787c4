"""a softplus that is 0 far below zero

At -40, exp(u) is 4e-18. Added to 1 it is gone, and the logarithm of 1 is 0: no longer a positive number, and a
division by it fails. Try it in float64.
"""

import torch
from torch import nn


class Softplus(nn.Module):
    def __init__(self, beta=1.0, threshold=20.0):
        super().__init__()
        self.beta = beta
        self.threshold = threshold

    def forward(self, x):
        u = self.beta * x
        straight = u > self.threshold
        bent = torch.log(1 + torch.exp(u.masked_fill(straight, 0))) / self.beta
        return torch.where(straight, x, bent)
