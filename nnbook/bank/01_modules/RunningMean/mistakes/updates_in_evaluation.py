"""a running mean that goes on learning in evaluation

The buffers move in every call, so the answer for one input depends on what was evaluated before it, and evaluating the
same data twice gives two results. Call `eval()`, feed the same batch two times, and compare `mean` in between.
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
        if len(rows) > 0:
            self.count = self.count + len(rows)
            self.mean = self.mean + (rows - self.mean).sum(0) / self.count
        return x - self.mean
