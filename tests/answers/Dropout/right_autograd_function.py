# a hand-written backward pass
import torch
from torch import nn


class _Drop(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, mask, inplace):
        ctx.save_for_backward(mask)
        if inplace:
            ctx.mark_dirty(x)
            return x.mul_(mask)
        return x * mask

    @staticmethod
    def backward(ctx, grad):
        (mask,) = ctx.saved_tensors
        return grad * mask, None, None


class Dropout(nn.Module):
    def __init__(self, p=0.5, inplace=False):
        super().__init__()
        self.p = p
        self.inplace = inplace

    def forward(self, x):
        if not self.training:
            return x
        mask = (torch.rand_like(x) > self.p).to(x)
        if self.p < 1:
            mask = mask / (1 - self.p)
        else:
            mask = mask * 0
        return _Drop.apply(x, mask, self.inplace)
