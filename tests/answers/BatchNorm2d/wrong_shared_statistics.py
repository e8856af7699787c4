# running statistics shared by all layers of a size
import torch
from torch import nn


class BatchNorm2d(nn.Module):
    """y = weight (x - mean) / sqrt(var + eps) + bias, for each channel.  x: (N, C, H, W) -> (N, C, H, W)"""

    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        self.eps = eps
        self.momentum = momentum
        self.weight = nn.Parameter(torch.ones(num_features)) if affine else None
        self.bias = nn.Parameter(torch.zeros(num_features)) if affine else None
        track = track_running_stats
        self.register_buffer(
            "running_mean", BatchNorm2d.kept.setdefault(num_features, torch.zeros(num_features)) if track else None
        )
        self.register_buffer("running_var", torch.ones(num_features) if track else None)
        self.register_buffer("num_batches_tracked", torch.tensor(0) if track else None)

    kept: dict = {}  # noqa: RUF012

    def forward(self, x):
        if self.training or self.running_mean is None:
            mean = x.mean((0, 2, 3))
            var = (x - mean[:, None, None]).square().mean((0, 2, 3))
            if self.training and self.running_mean is not None:
                self.remember(mean.detach(), var.detach(), x.numel() // x.shape[1])
        else:
            mean, var = self.running_mean, self.running_var
        y = (x - mean[:, None, None]) / torch.sqrt(var + self.eps)[:, None, None]
        if self.weight is not None:
            y = y * self.weight[:, None, None] + self.bias[:, None, None]
        return y

    def remember(self, mean, var, n):
        self.num_batches_tracked += 1
        share = 1 / self.num_batches_tracked.item() if self.momentum is None else self.momentum
        self.running_mean += share * (mean - self.running_mean)
        self.running_var += share * (var * n / (n - 1) - self.running_var)
