"""a moving average with a fixed momentum

A tenth of every new batch and nine tenths of the old value: that is the recipe of BatchNorm, which forgets slowly. The
formula here forgets nothing, and the first batch counts in full. What should `mean` be after one batch of sevens, and
what is it?
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
            self.mean = 0.9 * self.mean + 0.1 * rows.mean(0)
        return x - self.mean
