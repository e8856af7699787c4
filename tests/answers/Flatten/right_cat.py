# lays the slices of each dimension side by side
import torch
from torch import nn


class Flatten(nn.Module):
    def __init__(self, start_dim=1, end_dim=-1):
        super().__init__()
        self.start_dim = start_dim
        self.end_dim = end_dim

    def forward(self, x):
        x = torch.atleast_1d(x)
        start = range(x.dim())[self.start_dim]
        for _ in range(range(x.dim())[self.end_dim] - start):
            pieces = x.unbind(start)
            if pieces:
                x = torch.cat(pieces, start)
            else:
                x = x.new_empty(x.shape[:start] + (0,) + x.shape[start + 2 :]) + x.sum()
        return x
