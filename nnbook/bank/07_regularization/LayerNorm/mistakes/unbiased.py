"""a layer normalization that divides by the unbiased deviation

`var` and `std` of torch divide by n - 1 unless told otherwise. The output's variance then comes out below 1, and for
one feature it is 0/0. Normalise rows of five and look at `y.var(-1, unbiased=False)`.
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
        centred = x - x.mean(self.dims, keepdim=True)
        var = x.var(self.dims, keepdim=True)
        y = centred / torch.sqrt(var + self.eps)
        if self.weight is not None:
            y = y * self.weight
        if self.bias is not None:
            y = y + self.bias
        return y
