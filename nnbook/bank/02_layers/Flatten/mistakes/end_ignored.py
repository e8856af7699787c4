"""a Flatten that always goes on to the end

With the default of −1 nothing is wrong, which is how most people call it. Join the two in the middle of `(2, 3, 4,
5)`, with `Flatten(1, 2)`: the 5 should stay.
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
        start, end = self.start_dim % x.dim(), x.dim() - 1
        size = math.prod(x.shape[start : end + 1])
        return x.reshape(*x.shape[:start], size, *x.shape[end + 1 :])
