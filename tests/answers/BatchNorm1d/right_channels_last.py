import torch
from torch import nn


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features)) if affine else None
        self.bias = nn.Parameter(torch.zeros(num_features)) if affine else None
        t = track_running_stats
        self.register_buffer("running_mean", torch.zeros(num_features) if t else None)
        self.register_buffer("running_var", torch.ones(num_features) if t else None)
        self.register_buffer("num_batches_tracked", torch.tensor(0) if t else None)

    def forward(self, x):
        # C last, so that C numbers broadcast by themselves
        x = x.movedim(1, -1)
        dims = tuple(range(x.dim() - 1))
        batch = self.training or self.running_mean is None
        mean = x.mean(dims) if batch else self.running_mean
        var = x.var(dims, unbiased=False) if batch else self.running_var
        if self.training and self.running_mean is not None:
            self.num_batches_tracked = self.num_batches_tracked + 1
            m = self.momentum if self.momentum is not None else 1.0 / float(self.num_batches_tracked)
            self.running_mean = (1 - m) * self.running_mean + m * mean.detach()
            self.running_var = (1 - m) * self.running_var + m * x.detach().var(dims, unbiased=True)
        scale = (var + self.eps).rsqrt() * (1 if self.weight is None else self.weight)
        y = (x - mean) * scale
        return (y if self.bias is None else y + self.bias).movedim(-1, 1)
