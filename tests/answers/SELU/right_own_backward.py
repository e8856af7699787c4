import torch
from torch import nn


ALPHA, SCALE = 1.6732632423543772, 1.0507009873554805


class Scaled(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        slope = torch.where(x > 0, torch.ones_like(x), ALPHA * torch.exp(x))
        ctx.save_for_backward(SCALE * slope)
        return SCALE * torch.where(x > 0, x, ALPHA * torch.expm1(x))

    @staticmethod
    def backward(ctx, grad):
        return grad * ctx.saved_tensors[0]


class SELU(nn.Module):
    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, x):
        y = Scaled.apply(x)
        return x.copy_(y) if self.inplace else y
