# the places are remembered, and the gradient is added where they point
import torch
from torch import nn


def pair(v):
    return tuple(v) if hasattr(v, "__len__") else (v, v)


class Pool(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, table):
        flat = torch.cat([x.flatten(-2), x.new_full((*x.shape[:-2], 1), -torch.inf)], -1)
        best, which = flat[..., table].max(-1)
        ctx.shape = x.shape
        ctx.save_for_backward(table.expand(*which.shape, -1).gather(-1, which[..., None])[..., 0])
        return best

    @staticmethod
    def backward(ctx, grad):
        (place,) = ctx.saved_tensors
        flat = grad.new_zeros(*ctx.shape[:-2], ctx.shape[-2] * ctx.shape[-1])
        return flat.scatter_add(-1, place.flatten(-2), grad.flatten(-2)).view(ctx.shape), None


class MaxPool2d(nn.Module):
    def __init__(self, kernel_size, stride=None, padding=0, dilation=1, *, ceil_mode=False):
        super().__init__()
        self.k, self.p, self.d = pair(kernel_size), pair(padding), pair(dilation)
        self.s = self.k if stride is None else pair(stride)
        self.up = ceil_mode

    def forward(self, x):
        lines = []
        for n, k, s, p, d in zip(x.shape[-2:], self.k, self.s, self.p, self.d):
            starts = [t for t in range(-p, n + p, s) if t < n and (self.up or t + d * (k - 1) < n + p)]
            while self.up and len(starts) > 1 and starts[-2] + d * (k - 1) + 1 >= n + p:
                starts.pop()
            lines.append(torch.tensor([[t + d * a for a in range(k)] for t in starts]))
        (h, w), (r, c) = x.shape[-2:], lines
        r, c = r[:, None, :, None], c[None, :, None, :]
        inside = (r >= 0) & (r < h) & (c >= 0) & (c < w)
        table = torch.where(inside, r * w + c, h * w).flatten(-2)
        return Pool.apply(x, table)
