# its own backward pass, 1 - y^2
import torch
from torch import nn


class Hyperbolic(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        e = torch.expm1(-2 * x.abs())
        y = -e / (2 + e) * x.sign()
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, grad):
        (y,) = ctx.saved_tensors
        return grad * (1 - y * y)


class Tanh(nn.Module):
    def forward(self, x):
        return Hyperbolic.apply(x)
