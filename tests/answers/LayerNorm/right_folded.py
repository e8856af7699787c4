import torch
from torch import nn


class LayerNorm(nn.Module):
    def __init__(self, normalized_shape, eps=1e-5, elementwise_affine=True, bias=True):
        super().__init__()
        if isinstance(normalized_shape, int):
            normalized_shape = [normalized_shape]
        self.normalized_shape = torch.Size(normalized_shape)
        self.eps = eps
        self.register_parameter("weight", None)
        self.register_parameter("bias", None)
        if elementwise_affine:
            self.weight = nn.Parameter(torch.empty(self.normalized_shape))
            nn.init.ones_(self.weight)
            if bias:
                self.bias = nn.Parameter(torch.empty(self.normalized_shape))
                nn.init.zeros_(self.bias)

    def forward(self, x):
        dims = [-1 - i for i in range(len(self.normalized_shape))]
        mean = x.mean(dim=dims, keepdim=True)
        var = x.var(dim=dims, unbiased=False, keepdim=True)
        scale = 1 / (var + self.eps).sqrt()
        if self.weight is not None:
            scale = scale * self.weight
        return (x - mean) * scale + (0 if self.bias is None else self.bias)
