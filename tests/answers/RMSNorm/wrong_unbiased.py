# divides by n - 1
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
        n = x[(..., *(slice(None) for _ in self.dims))].numel() // max(1, x.square().mean(self.dims).numel())
        y = x / torch.sqrt(x.square().sum(self.dims, keepdim=True) / max(1, n - 1) + eps)
        return y if self.weight is None else y * self.weight
