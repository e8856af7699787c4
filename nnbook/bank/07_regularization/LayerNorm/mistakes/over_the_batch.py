"""a normalization of each feature over the batch

The first dimension is averaged away where the last ones belong: that is a batch normalization, in which a sample's
output depends on who else is there. The shapes broadcast, so nothing complains. Pass a batch, then its first row
alone: the row must come out the same.
"""

import torch
from torch import nn


class LayerNorm(nn.Module):
    """y = weight (x - mean) / sqrt(var + eps) + bias, over the last dimensions.  (*, *normalized_shape) -> same"""

    def __init__(self, normalized_shape, eps=1e-5, elementwise_affine=True, bias=True):
        super().__init__()
        shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
        self.dims = tuple(range(-len(shape), 0))
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(shape)) if elementwise_affine else None
        self.bias = nn.Parameter(torch.zeros(shape)) if elementwise_affine and bias else None

    def forward(self, x):
        dims = 0 if x.dim() > len(self.dims) else self.dims
        centred = x - x.mean(dims, keepdim=True)
        var = centred.square().mean(dims, keepdim=True)
        y = centred / torch.sqrt(var + self.eps)
        if self.weight is not None:
            y = y * self.weight
        if self.bias is not None:
            y = y + self.bias
        return y
