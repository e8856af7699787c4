# weight and statistics folded into one scale and shift
import torch
from torch import nn


class BatchNorm2d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        self.eps = float(eps)
        self.momentum = momentum
        self.weight = self.bias = None
        if affine:
            self.weight = nn.Parameter(torch.empty(num_features))
            self.bias = nn.Parameter(torch.empty(num_features))
            nn.init.ones_(self.weight)
            nn.init.zeros_(self.bias)
        self.register_buffer("running_mean", None)
        self.register_buffer("running_var", None)
        self.register_buffer("num_batches_tracked", None)
        if track_running_stats:
            self.running_mean = torch.zeros(num_features)
            self.running_var = torch.ones(num_features)
            self.num_batches_tracked = torch.tensor(0)

    @torch.no_grad()
    def _update(self, mean, var, n):
        self.num_batches_tracked.add_(1)
        factor = self.momentum
        if factor is None:
            factor = 1.0 / self.num_batches_tracked
        self.running_mean.copy_(self.running_mean * (1 - factor) + mean * factor)
        self.running_var.copy_(self.running_var * (1 - factor) + var * (n / (n - 1)) * factor)

    def forward(self, x):
        if self.training or self.running_mean is None:
            var, mean = torch.var_mean(x, dim=[0, 2, 3], correction=0)
            if self.training and self.running_mean is not None:
                self._update(mean, var, x.shape[0] * x.shape[2] * x.shape[3])
        else:
            mean, var = self.running_mean, self.running_var
        scale = 1 / torch.sqrt(var + self.eps)
        if self.weight is not None:
            scale = scale * self.weight
        y = (x - mean.reshape(1, -1, 1, 1)) * scale.reshape(1, -1, 1, 1)
        return y if self.bias is None else y + self.bias.reshape(1, -1, 1, 1)
