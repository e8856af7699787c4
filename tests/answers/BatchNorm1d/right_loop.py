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
        tracking = self.running_mean is not None
        if self.training and tracking:
            self.num_batches_tracked += 1
        columns = []
        for c in range(x.shape[1]):
            v = x[:, c]
            if self.training or not tracking:
                mean = v.sum() / v.numel()
                var = ((v - mean) ** 2).sum() / v.numel()
                if self.training and tracking:
                    m = 1 / int(self.num_batches_tracked) if self.momentum is None else self.momentum
                    with torch.no_grad():
                        self.running_mean[c] = (1 - m) * self.running_mean[c] + m * mean
                        self.running_var[c] = (1 - m) * self.running_var[c] + m * var * v.numel() / (v.numel() - 1)
            else:
                mean, var = self.running_mean[c].clone(), self.running_var[c].clone()
            y = (v - mean) / (var + self.eps).sqrt()
            if self.weight is not None:
                y = y * self.weight[c] + self.bias[c]
            columns.append(y)
        return torch.stack(columns, 1)
