import torch
from torch import nn


class RunningMean(nn.Module):
    """y = x - m, with m the mean of all rows seen in training.  x: (*, num_features) -> (*, num_features)"""

    def __init__(self, num_features):
        super().__init__()
        # BEGIN SOLUTION
        self.register_buffer("mean", torch.zeros(num_features))
        self.register_buffer("count", torch.tensor(0))
        # END SOLUTION

    def forward(self, x):
        # BEGIN SOLUTION
        rows = x.detach().reshape(-1, x.shape[-1])
        if self.training and len(rows) > 0:
            self.count = self.count + len(rows)
            self.mean = self.mean + (rows - self.mean).sum(0) / self.count
        return x - self.mean
        # END SOLUTION
