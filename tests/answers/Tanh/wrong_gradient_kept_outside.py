# the backward pass reads the output of the latest call
import torch
from torch import nn


class T(torch.autograd.Function):
    y = None

    @staticmethod
    def forward(ctx, x):
        e = torch.exp(-2 * x.clamp(-30, 30))
        T.y = (1 - e) / (1 + e)
        return T.y

    @staticmethod
    def backward(ctx, grad):
        return grad * (1 - T.y * T.y)


class Tanh(nn.Module):
    def forward(self, x):
        return T.apply(x)
