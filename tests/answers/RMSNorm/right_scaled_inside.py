import torch
from torch import nn


class RMSNorm(nn.Module):
    def __init__(self, normalized_shape, eps=None, elementwise_affine=True):
        super().__init__()
        if isinstance(normalized_shape, int):
            normalized_shape = [normalized_shape]
        self.normalized_shape = torch.Size(normalized_shape)
        self.eps = eps
        self.register_parameter(
            "weight", nn.Parameter(torch.ones(self.normalized_shape)) if elementwise_affine else None
        )

    def forward(self, x):
        dims = tuple(range(x.dim() - len(self.normalized_shape), x.dim()))
        eps = torch.finfo(x.dtype).eps if self.eps is None else self.eps
        scale = (x.square().mean(dims, keepdim=True) + eps).rsqrt()
        if self.weight is not None:
            scale = scale * self.weight
        return x * scale
