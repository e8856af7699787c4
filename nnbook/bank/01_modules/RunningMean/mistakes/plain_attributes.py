"""a module that keeps its memory in plain attributes

It computes the right numbers for as long as nobody saves it or moves it: a tensor that is assigned to an attribute is
not registered, so the state_dict is empty and `.double()` or `.to("cuda")` leaves it behind. Print `state_dict()` after
a few calls.
"""

import torch
from torch import nn


class RunningMean(nn.Module):
    def __init__(self, num_features):
        super().__init__()
        self.mean = torch.zeros(num_features)
        self.count = torch.tensor(0)

    def forward(self, x):
        rows = x.detach().reshape(-1, x.shape[-1])
        if self.training and len(rows) > 0:
            self.count = self.count + len(rows)
            self.mean = self.mean + (rows - self.mean).sum(0) / self.count
        return x - self.mean
