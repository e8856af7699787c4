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
        dims = [-1 - i for i in range(len(self.normalized_shape))]
        eps = self.eps
        if eps is None:
            eps = torch.finfo(x.dtype).eps
        y = x * torch.rsqrt((x * x).mean(dim=dims, keepdim=True) + eps)
        if self.weight is not None:
            y = self.weight * y
        return y
