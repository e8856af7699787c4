# momentum=None is taken for 0.1
import torch
from torch import nn


class BatchNorm1d(nn.Module):
    """y = weight (x - mean) / sqrt(var + eps) + bias, for each feature.  x: (N, C) or (N, C, L) -> the same shape"""

    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        self.eps = eps
        self.momentum = momentum
        self.weight = nn.Parameter(torch.ones(num_features)) if affine else None
        self.bias = nn.Parameter(torch.zeros(num_features)) if affine else None
        track = track_running_stats
        self.register_buffer("running_mean", torch.zeros(num_features) if track else None)
        self.register_buffer("running_var", torch.ones(num_features) if track else None)
        self.register_buffer("num_batches_tracked", torch.tensor(0) if track else None)

    def forward(self, x):
        # over the batch and, if there is one, the length; the shape lays C numbers along x's second dimension
        dims, shape = ((0,), (-1,)) if x.dim() == 2 else ((0, 2), (-1, 1))
        if self.training or self.running_mean is None:
            mean = x.mean(dims)
            var = (x - mean.view(shape)).square().mean(dims)
            if self.training and self.running_mean is not None:
                self.remember(mean.detach(), var.detach(), x.numel() // x.shape[1])
        else:
            mean, var = self.running_mean, self.running_var
        y = (x - mean.view(shape)) / torch.sqrt(var + self.eps).view(shape)
        if self.weight is not None:
            y = y * self.weight.view(shape) + self.bias.view(shape)
        return y

    def remember(self, mean, var, n):
        self.num_batches_tracked += 1
        share = 0.1 if self.momentum is None else self.momentum
        self.running_mean += share * (mean - self.running_mean)
        self.running_var += share * (var * n / (n - 1) - self.running_var)
