"""a Flatten that leaves the size to reshape

reshape divides the number of elements by the sizes that it is given. An empty batch has 0 elements and the size 0:
anything would fit, and reshape refuses to choose. The last, empty batch of a data set ends the run. Try
`torch.ones(0, 3, 4)`.
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
        size = -1
        return x.reshape(*x.shape[:start], size, *x.shape[end + 1 :])
