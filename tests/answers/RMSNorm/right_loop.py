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
        if x.dim() > len(self.normalized_shape):
            rows = [self.forward(row) for row in x]
            return torch.stack(rows) if rows else x * 1.0
        eps = torch.finfo(x.dtype).eps if self.eps is None else self.eps
        y = x / ((x**2).mean() + eps).sqrt()
        return y if self.weight is None else y * self.weight
