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
        n = self.normalized_shape.numel()
        flat = x.reshape(-1, n)
        eps = torch.finfo(flat.dtype).eps if self.eps is None else float(self.eps)
        inverse = 1 / torch.sqrt(torch.einsum("ri,ri->r", flat, flat) / n + eps)
        y = torch.einsum("r,ri->ri", inverse, flat).reshape(x.shape)
        return y if self.weight is None else y * self.weight
