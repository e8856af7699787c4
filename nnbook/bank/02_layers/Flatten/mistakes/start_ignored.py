"""a Flatten that always starts after the batch

With the default of 1 nothing is wrong. Join all of `(2, 3, 4)` with `Flatten(0)`: 24 numbers in one row are what it
should be.
"""

import math

from torch import nn


class Flatten(nn.Module):
    """Joins the dimensions from start_dim to end_dim into one.  (N, *) -> (N, product of *)"""

    def __init__(self, start_dim=1, end_dim=-1):
        super().__init__()
        self.start_dim = start_dim
        self.end_dim = end_dim

    def forward(self, x):
        if x.dim() == 0:
            return x.reshape(1)
        start, end = 1 % x.dim(), self.end_dim % x.dim()
        size = math.prod(x.shape[start : end + 1])
        return x.reshape(*x.shape[:start], size, *x.shape[end + 1 :])
