# the mean absolute deviation in place of the standard deviation
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
        var = centred.square().mean(self.dims, keepdim=True)
        y = centred / torch.sqrt(centred.abs().mean(self.dims, keepdim=True).square() + self.eps)
        if self.weight is not None:
            y = y * self.weight
        if self.bias is not None:
            y = y + self.bias
        return y
