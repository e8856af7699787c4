import torch
from torch import nn


class SELU(nn.Module):
    """y = scale * x for x > 0, else scale * alpha * (exp(x) - 1), elementwise.  x: (*) -> (*)"""

    def __init__(self, inplace=False):
        super().__init__()
        # BEGIN SOLUTION
        self.inplace = inplace
        # END SOLUTION

    def forward(self, x):
        # BEGIN SOLUTION
        scale, alpha = 1.0507009873554805, 1.6732632423543772
        positive = x > 0
        # no positive number reaches the exponential, whose gradient would be infinite there
        below = alpha * torch.expm1(x.masked_fill(positive, 0))
        y = scale * torch.where(positive, x, below)
        return x.copy_(y) if self.inplace else y
        # END SOLUTION
