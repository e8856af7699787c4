import torch
from torch import nn


class Gated(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        gate = 1 / (1 + torch.exp(-x))
        ctx.save_for_backward(x.clone(), gate)
        return x * gate

    @staticmethod
    def backward(ctx, grad):
        x, gate = ctx.saved_tensors
        return grad * gate * (1 + x * (1 - gate))


class SiLU(nn.Module):
    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, x):
        y = Gated.apply(x)
        return x.copy_(y) if self.inplace else y
