"""a module that subtracts the mean it had before the update

The buffers are right after each call, only the output lags one call behind: the first batch is not centred at all. Feed
one batch to a fresh object and look at the mean of what comes out.
"""

import torch
from torch import nn


class RunningMean(nn.Module):
    def __init__(self, num_features):
        super().__init__()
        self.register_buffer("mean", torch.zeros(num_features))
        self.register_buffer("count", torch.tensor(0))

    def forward(self, x):
        old = self.mean
        rows = x.detach().reshape(-1, x.shape[-1])
        if self.training and len(rows) > 0:
            self.count = self.count + len(rows)
            self.mean = self.mean + (rows - self.mean).sum(0) / self.count
        return x - old
