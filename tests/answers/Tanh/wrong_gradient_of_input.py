# the backward pass computes 1 - x^2
import torch
from torch import nn


class T(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        e = torch.exp(-2 * x.clamp(-30, 30))
        return (1 - e) / (1 + e)

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return grad * (1 - x * x)


class Tanh(nn.Module):
    def forward(self, x):
        return T.apply(x)
