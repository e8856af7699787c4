import torch
from torch import nn


class Affine(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, weight, bias):
        ctx.save_for_backward(x, weight)
        ctx.has_bias = bias is not None
        y = x @ weight.T
        return y + bias if bias is not None else y

    @staticmethod
    def backward(ctx, grad):
        x, weight = ctx.saved_tensors
        rows, columns = grad.reshape(-1, grad.shape[-1]), x.reshape(-1, x.shape[-1])
        return grad @ weight, rows.T @ columns, rows.sum(0) if ctx.has_bias else None


class Linear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        bound = in_features**-0.5
        self.weight = nn.Parameter(torch.rand(out_features, in_features).mul_(2 * bound).sub_(bound))
        self.bias = nn.Parameter(torch.rand(out_features).mul_(2 * bound).sub_(bound)) if bias else None

    def forward(self, x):
        return Affine.apply(x, self.weight, self.bias)
