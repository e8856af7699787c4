import torch
from torch import nn


class Bent(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, alpha):
        ctx.alpha = alpha
        ctx.save_for_backward(x.clamp(max=0), x > 0)
        return torch.where(x > 0, x, alpha * torch.expm1(x))

    @staticmethod
    def backward(ctx, grad):
        low, positive = ctx.saved_tensors
        return torch.where(positive, grad, grad * ctx.alpha * torch.exp(low)), None


class ELU(nn.Module):
    def __init__(self, alpha=1.0, inplace=False):
        super().__init__()
        self.alpha = alpha
        self.inplace = inplace

    def forward(self, x):
        y = Bent.apply(x, self.alpha)
        return x.copy_(y) if self.inplace else y
