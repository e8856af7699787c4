import torch
from torch import nn


class Tanh(nn.Module):
    """y = (exp(x) - exp(-x)) / (exp(x) + exp(-x)), elementwise.  x: (*) -> (*)"""

    def forward(self, x):
        # BEGIN SOLUTION
        # tanh(|x|) from exp(-2|x|), which is at most 1; |x| by where(), since abs() has no slope at zero.
        positive = x >= 0
        z = torch.exp(2 * torch.where(positive, -x, x))
        y = (1 - z) / (1 + z)
        return torch.where(positive, y, -y)
        # END SOLUTION
