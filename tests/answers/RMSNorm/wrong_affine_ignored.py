# elementwise_affine=False still has a weight
import torch
from torch import nn


class RMSNorm(nn.Module):
    """y = weight x / sqrt(mean(x²) + eps), over the last dimensions.  x: (*, *normalized_shape) -> the same shape"""

    def __init__(self, normalized_shape, eps=None, elementwise_affine=True):
        super().__init__()
        shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
        self.dims = tuple(range(-len(shape), 0))
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(shape))

    def forward(self, x):
        eps = torch.finfo(x.dtype).eps if self.eps is None else self.eps
        y = x / torch.sqrt(x.square().mean(self.dims, keepdim=True) + eps)
        return y if self.weight is None else y * self.weight
