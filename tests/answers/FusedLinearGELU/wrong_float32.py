# float32 whatever comes in
import math

import torch
from torch import nn


class _LinearGELU(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, weight, bias):
        z = x @ weight.T
        if bias is not None:
            z += bias
        ctx.save_for_backward(x, weight, z)
        ctx.has_bias = bias is not None
        return (z.float() * (torch.erf(z.float() / math.sqrt(2)) + 1) / 2).to(z.dtype)

    @staticmethod
    def backward(ctx, grad):
        x, weight, z = ctx.saved_tensors
        slope = (torch.erf(z / math.sqrt(2)) + 1) / 2 + z * torch.exp(-z * z / 2) / math.sqrt(2 * math.pi)
        delta = grad * slope
        rows = delta.reshape(-1, delta.shape[-1])
        of_weight = rows.T @ x.reshape(-1, x.shape[-1])
        return delta @ weight, of_weight, rows.sum(0) if ctx.has_bias else None


class FusedLinearGELU(nn.Module):
    """y = gelu(x Wᵀ + b) as one step of autograd.  x: (*, in_features) -> (*, out_features)"""

    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        bound = in_features**-0.5
        self.weight = nn.Parameter(torch.empty(out_features, in_features).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(out_features).uniform_(-bound, bound)) if bias else None

    def forward(self, x):
        return _LinearGELU.apply(x, self.weight, self.bias)
