"""a running mean that is kept as a parameter

A parameter is saved and moved too, so this looks as good as a buffer. But it stands in `parameters()`: optimizers take
it for something to train, weight decay shrinks it, and whoever counts parameters counts it. Print the names in
`named_parameters()`.
"""

import torch
from torch import nn


class RunningMean(nn.Module):
    def __init__(self, num_features):
        super().__init__()
        self.mean = nn.Parameter(torch.zeros(num_features), requires_grad=False)
        self.register_buffer("count", torch.tensor(0))

    def forward(self, x):
        rows = x.detach().reshape(-1, x.shape[-1])
        if self.training and len(rows) > 0:
            self.count = self.count + len(rows)
            self.mean.data = self.mean.data + (rows - self.mean).sum(0) / self.count
        return x - self.mean
