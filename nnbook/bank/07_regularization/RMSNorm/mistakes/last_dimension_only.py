"""an RMSNorm over the last dimension alone

For an int it is right. For a shape such as (3, 5) all 15 values share one root; here each of the 3 lines gets its
own. Take an input whose lines differ in size: after the layer, they still must.
"""

import torch
from torch import nn


class RMSNorm(nn.Module):
    """y = weight x / sqrt(mean(x²) + eps), over the last dimensions.  x: (*, *normalized_shape) -> the same shape"""

    def __init__(self, normalized_shape, eps=None, elementwise_affine=True):
        super().__init__()
        shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
        self.dims = (-1,)
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(shape)) if elementwise_affine else None

    def forward(self, x):
        eps = torch.finfo(x.dtype).eps if self.eps is None else self.eps
        y = x / torch.sqrt(x.square().mean(self.dims, keepdim=True) + eps)
        return y if self.weight is None else y * self.weight
