"""a softplus whose gradient at zero is 1

|u| in the exponent is safe on both sides, and the values are right. At 0, autograd takes the derivative of |u| to be
0, while clamp lets all of it through: the slope is 1 where it should be 1/2. Ask for it.
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
        bent = (u.clamp(min=0) + torch.log1p(torch.exp(-u.abs()))) / self.beta
        return torch.where(straight, x, bent)
