"""a Flatten that lets the first dimension run fastest

The shape is right and the numbers are all there, in another order: that of Fortran and Matlab. Weights trained with
the one are of no use with the other. Flatten `torch.arange(6).view(1, 2, 3)` and read the numbers.
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
        start, end = self.start_dim % x.dim(), self.end_dim % x.dim()
        size = math.prod(x.shape[start : end + 1])
        order = [*range(start), *range(end, start - 1, -1), *range(end + 1, x.dim())]
        return x.permute(order).reshape(*x.shape[:start], size, *x.shape[end + 1 :])
