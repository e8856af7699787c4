import torch
from torch import nn


class RunningMean(nn.Module):
    """Welford's way: one row after the other."""

    def __init__(self, num_features):
        super().__init__()
        self.num_features = num_features
        self.mean = nn.Buffer(torch.zeros(num_features))
        self.count = nn.Buffer(torch.tensor(0))

    def forward(self, x):
        if self.training:
            for row in x.detach().reshape(-1, self.num_features):
                self.count += 1
                self.mean += (row - self.mean) / self.count
        return x - self.mean
