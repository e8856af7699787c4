"""an embedding that takes padding_idx=0 for no padding at all

Zero is a row like any other, and the most popular one for padding; in an `if` it counts as False, as None does. Try
`Embedding(7, 4, padding_idx=0)` beside `padding_idx=1`: the first row of the first should be zeros.
"""

import torch
from torch import nn


class Embedding(nn.Module):
    def __init__(self, num_embeddings, embedding_dim, padding_idx=None):
        super().__init__()
        rows = torch.randn(num_embeddings, embedding_dim)
        if padding_idx:
            padding_idx %= num_embeddings
            rows[padding_idx] = 0.0
        self.padding_idx = padding_idx
        self.weight = nn.Parameter(rows)

    def forward(self, i):
        y = self.weight[i]
        if not self.padding_idx:
            return y
        return torch.where((i == self.padding_idx).unsqueeze(-1), y.detach(), y)
