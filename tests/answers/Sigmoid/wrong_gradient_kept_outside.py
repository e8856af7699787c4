# the backward pass reads the output of the latest call
import torch
from torch import nn


class S(torch.autograd.Function):
    y = None

    @staticmethod
    def forward(ctx, x):
        S.y = 1 / (1 + torch.exp(-x))
        return S.y

    @staticmethod
    def backward(ctx, grad):
        return grad * S.y * (1 - S.y)


class Sigmoid(nn.Module):
    def forward(self, x):
        return S.apply(x)
