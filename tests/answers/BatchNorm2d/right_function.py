import torch
from torch import nn


class Normalise(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, eps):
        mean = x.mean((0, 2, 3), keepdim=True)
        c = x - mean
        var = (c * c).mean((0, 2, 3), keepdim=True)
        inv = (var + eps).rsqrt()
        y = c * inv
        ctx.save_for_backward(y, inv)
        ctx.mark_non_differentiable(mean, var)
        return y, mean, var

    @staticmethod
    def backward(ctx, g, _m, _v):
        y, inv = ctx.saved_tensors
        d = (0, 2, 3)
        return inv * (g - g.mean(d, keepdim=True) - y * (g * y).mean(d, keepdim=True)), None


class BatchNorm2d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        self.eps = eps
        self.momentum = momentum
        make = (lambda v: nn.Parameter(torch.full((num_features,), v))) if affine else (lambda v: None)
        self.weight, self.bias = make(1.0), make(0.0)
        on = track_running_stats
        self.register_buffer("running_mean", torch.zeros(num_features) if on else None)
        self.register_buffer("running_var", torch.ones(num_features) if on else None)
        self.register_buffer("num_batches_tracked", torch.tensor(0) if on else None)

    def forward(self, x):
        if self.training or self.running_mean is None:
            y, mean, var = Normalise.apply(x, self.eps)
            if self.training and self.running_mean is not None:
                n = x[:, 0].numel()
                self.num_batches_tracked += 1
                m = self.momentum
                if m is None:
                    m = 1 / self.num_batches_tracked.item()
                for old, new in ((self.running_mean, mean), (self.running_var, var * (n / (n - 1)))):
                    old.copy_((1 - m) * old + m * new.flatten())
        else:
            y = (x - self.running_mean.view(1, -1, 1, 1)) / (self.running_var.view(1, -1, 1, 1) + self.eps).sqrt()
        if self.weight is None:
            return y
        return self.weight.view(1, -1, 1, 1) * y + self.bias.view(1, -1, 1, 1)
