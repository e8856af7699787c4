"""an RMSNorm of each feature over the batch

The first dimension is averaged away where the last ones belong, so that a sample's output depends on who else is
there. The shapes broadcast, and nothing complains. Pass a batch, then its first row alone: the row must come out the
same.
"""

import torch
from torch import nn


class RMSNorm(nn.Module):
    """y = weight x / sqrt(mean(x²) + eps), over the last dimensions.  x: (*, *normalized_shape) -> the same shape"""

    def __init__(self, normalized_shape, eps=None, elementwise_affine=True):
        super().__init__()
        shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
        self.dims = tuple(range(-len(shape), 0))
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(shape)) if elementwise_affine else None

    def forward(self, x):
        eps = torch.finfo(x.dtype).eps if self.eps is None else self.eps
        dims = 0 if x.dim() > len(self.dims) else self.dims
        y = x / torch.sqrt(x.square().mean(dims, keepdim=True) + eps)
        return y if self.weight is None else y * self.weight
