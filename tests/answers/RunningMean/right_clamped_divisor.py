import torch
from torch import nn


class RunningMean(nn.Module):
    def __init__(self, num_features):
        super().__init__()
        self.register_buffer("mean", torch.zeros(num_features))
        self.register_buffer("count", torch.tensor(0))
        self.register_buffer("zero", torch.zeros(num_features), persistent=False)

    def forward(self, x):
        if self.training:
            dims = tuple(range(x.dim() - 1))
            d = x.detach() - self.mean
            n = d[..., 0].numel()
            total = self.count + n
            self.mean = self.mean + (d.sum(dims) if dims else d) / total.clamp(min=1)
            self.count = total
        return x - self.mean
