# the mask for the backward pass stands in one place for all calls
import torch
from torch import nn


class Step(torch.autograd.Function):
    mask = None

    @staticmethod
    def forward(ctx, x):
        Step.mask = x > 0
        return x * Step.mask

    @staticmethod
    def backward(ctx, grad):
        return grad * Step.mask


class ReLU(nn.Module):
    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, x):
        y = Step.apply(x)
        return x.copy_(y) if self.inplace else y
