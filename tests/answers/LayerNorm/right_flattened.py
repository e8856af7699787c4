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
        k = len(self.normalized_shape)
        flat = x.flatten(x.dim() - k)
        var, mean = torch.var_mean(flat, dim=-1, correction=0, keepdim=True)
        y = ((flat - mean) * torch.rsqrt(var + self.eps)).reshape(x.shape)
        y = y if self.weight is None else y * self.weight
        return y if self.bias is None else y + self.bias
