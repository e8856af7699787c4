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
        n = self.normalized_shape.numel()
        rows = []
        for row in x.reshape(-1, n):
            mean = row.sum() / n
            var = ((row - mean) ** 2).sum() / n
            rows.append((row - mean) / (var + self.eps) ** 0.5)
        y = torch.stack(rows).reshape(x.shape) if rows else x * 1.0
        if self.weight is not None:
            y = y * self.weight
        if self.bias is not None:
            y = y + self.bias
        return y
