import torch
from torch import nn


class RunningMean(nn.Module):
    def __init__(self, num_features):
        super().__init__()
        self.register_buffer("mean", torch.zeros((num_features,)))
        self.register_buffer("count", torch.zeros((), dtype=torch.int64))

    @torch.no_grad()
    def update(self, x):
        rows = x.flatten(0, -2) if x.dim() > 1 else x[None]
        n = rows.shape[0]
        if n == 0:
            return
        total = self.count.item() + n
        self.mean = self.mean * (self.count.item() / total) + rows.sum(0) / total
        self.count = self.count + n

    def forward(self, x):
        if self.training:
            self.update(x)
        return x - self.mean
