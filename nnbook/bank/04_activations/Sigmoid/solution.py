import torch
from torch import nn


class Sigmoid(nn.Module):
    """y = 1 / (1 + exp(-x)), elementwise.  x: (*) -> (*)"""

    def forward(self, x):
        # BEGIN SOLUTION
        # The exponent is never positive, and at x = 0 it has a slope, which |x| has not.
        positive = x >= 0
        z = torch.exp(torch.where(positive, -x, x))
        return torch.where(positive, torch.ones_like(x), z) / (1 + z)
        # END SOLUTION
