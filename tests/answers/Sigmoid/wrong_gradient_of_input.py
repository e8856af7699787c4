# the backward pass computes x (1 - x) with the input
import torch
from torch import nn


class S(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return 1 / (1 + torch.exp(-x))

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return grad * x * (1 - x)


class Sigmoid(nn.Module):
    def forward(self, x):
        return S.apply(x)
