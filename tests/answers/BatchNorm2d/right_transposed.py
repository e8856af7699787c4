# channels moved to the front and flattened
import torch
from torch import nn


class BatchNorm2d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        self.eps = eps
        self.momentum = momentum
        one, zero = torch.ones(num_features), torch.zeros(num_features)
        self.weight = nn.Parameter(one.clone()) if affine else None
        self.bias = nn.Parameter(zero.clone()) if affine else None
        self.register_buffer("running_mean", zero.clone() if track_running_stats else None)
        self.register_buffer("running_var", one.clone() if track_running_stats else None)
        self.register_buffer("num_batches_tracked", torch.zeros((), dtype=torch.int64) if track_running_stats else None)

    def forward(self, x):
        flat = x.transpose(0, 1).flatten(1)
        if self.training or self.running_mean is None:
            mean = flat.mean(1, keepdim=True)
            var = ((flat - mean) ** 2).mean(1, keepdim=True)
            if self.training and self.running_mean is not None:
                self.num_batches_tracked.add_(1)
                m = self.momentum
                if m is None:
                    m = 1 / self.num_batches_tracked.item()
                self.running_mean.lerp_(flat.detach().mean(1), m)
                self.running_var.lerp_(flat.detach().var(1), m)
        else:
            mean, var = self.running_mean[:, None], self.running_var[:, None]
        y = (flat - mean) / (var + self.eps) ** 0.5
        if self.weight is not None:
            y = self.bias[:, None] + self.weight[:, None] * y
        n, c, h, w = x.shape
        return y.reshape(c, n, h, w).transpose(0, 1)
