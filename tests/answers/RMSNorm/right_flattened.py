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
        flat = x.flatten(x.dim() - len(self.normalized_shape))
        eps = self.eps if self.eps is not None else torch.finfo(x.dtype).eps
        size = (flat.pow(2).sum(-1, keepdim=True) / flat.shape[-1] + eps) ** 0.5
        y = (flat / size).reshape(x.shape)
        return y if self.weight is None else torch.mul(y, self.weight)
