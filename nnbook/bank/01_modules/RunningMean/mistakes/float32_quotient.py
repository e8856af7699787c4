"""a running mean that loses half its digits in float64

Two integers, one of them a tensor, were divided first: `n / self.count` is a float32 tensor, whatever the dtype of x,
and its rounding stays in the mean. In float32 nothing shows. Print `(3 / torch.tensor(7)).dtype`, and then the dtype
of a float64 tensor divided by `torch.tensor(7)`.
"""

import torch
from torch import nn


class RunningMean(nn.Module):
    def __init__(self, num_features):
        super().__init__()
        self.register_buffer("mean", torch.zeros(num_features))
        self.register_buffer("count", torch.tensor(0))

    def forward(self, x):
        rows = x.detach().reshape(-1, x.shape[-1])
        if self.training and len(rows) > 0:
            self.count = self.count + len(rows)
            self.mean = self.mean + (rows.mean(0) - self.mean) * (len(rows) / self.count)
        return x - self.mean
