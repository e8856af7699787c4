# joins two neighbours until one is left
import torch
from torch import nn


class Flatten(nn.Module):
    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        super().__init__()
        self.start_dim, self.end_dim = start_dim, end_dim

    def forward(self, input):
        if not input.shape:
            return input[None]
        first = self.start_dim if self.start_dim >= 0 else input.ndim + self.start_dim
        last = self.end_dim if self.end_dim >= 0 else input.ndim + self.end_dim
        for _ in range(last - first):
            sizes = list(input.size())
            sizes[first : first + 2] = [sizes[first] * sizes[first + 1]]
            input = torch.reshape(input, sizes)
        return input
