# the backward pass gives the output instead of y (1 - y)
import torch
from torch import nn


class S(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        y = 1 / (1 + torch.exp(-x))
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, grad):
        (y,) = ctx.saved_tensors
        return grad * y


class Sigmoid(nn.Module):
    def forward(self, x):
        return S.apply(x)
