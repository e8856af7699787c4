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
        rows = x.dim() == 2
        x = x.unsqueeze(-1) if rows else x
        if self.training or self.running_mean is None:
            var, mean = torch.var_mean(x, dim=(0, 2), correction=0)
            if self.training and self.running_mean is not None:
                with torch.no_grad():
                    self.num_batches_tracked.add_(1)
                    m = 1.0 / self.num_batches_tracked if self.momentum is None else self.momentum
                    n = x.shape[0] * x.shape[2]
                    self.running_mean.copy_((1 - m) * self.running_mean + m * mean)
                    self.running_var.copy_((1 - m) * self.running_var + m * var * n / (n - 1))
        else:
            mean, var = self.running_mean, self.running_var
        y = (x - mean[:, None]) * torch.rsqrt(var[:, None] + self.eps)
        if self.weight is not None:
            y = self.weight[:, None] * y + self.bias[:, None]
        return y.squeeze(-1) if rows else y
