import math

import torch
from torch import nn


class Exact(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        chance = 0.5 * torch.erfc(-x / math.sqrt(2))
        ctx.save_for_backward(x, chance)
        return x * chance

    @staticmethod
    def backward(ctx, grad):
        x, chance = ctx.saved_tensors
        return grad * (chance + x * torch.exp(-x * x / 2) / math.sqrt(2 * math.pi))


class GELU(nn.Module):
    def __init__(self, approximate="none"):
        super().__init__()
        self.approximate = approximate

    def forward(self, x):
        if self.approximate == "none":
            return Exact.apply(x)
        return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
