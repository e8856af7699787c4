"""a softmax that sums to one over the whole tensor

`sum()` without a dimension adds up the batch as well. For a single row it is right; for a batch of four, each row
sums to about a quarter. Print `y.sum(dim)`.
"""

import torch
from torch import nn


class Softmax(nn.Module):
    def __init__(self, dim=None):
        super().__init__()
        self.dim = dim

    def forward(self, x):
        e = torch.exp(x - x.amax(self.dim, keepdim=True))
        return e / e.sum()
