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
        flat = x.transpose(1, -1).reshape(-1, x.shape[1]) if x.dim() == 3 else x
        if self.training or self.running_mean is None:
            mean = flat.mean(0)
            centred = flat - mean
            var = centred.pow(2).sum(0) / len(flat)
            if self.training and self.running_mean is not None:
                self.num_batches_tracked += 1
                m = self.momentum
                if m is None:
                    m = 1 / int(self.num_batches_tracked)
                self.running_mean.lerp_(mean.detach(), m)
                self.running_var.lerp_(flat.detach().var(0), m)
        else:
            centred, var = flat - self.running_mean, self.running_var
        y = centred / (var + self.eps) ** 0.5
        if self.weight is not None:
            y = torch.addcmul(self.bias, y, self.weight)
        return y.reshape(x.shape[0], x.shape[2], -1).transpose(1, 2) if x.dim() == 3 else y
