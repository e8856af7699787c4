"""an embedding that returns zeros at the padding index, whatever the row holds

As long as the row is zero nobody notices. But the row is a row: weights that were loaded, or written by hand, may
hold something else there, and a look-up returns what is in the table. Fill the weight with ones and look up
padding_idx.
"""

import torch
from torch import nn


class Embedding(nn.Module):
    def __init__(self, num_embeddings, embedding_dim, padding_idx=None):
        super().__init__()
        rows = torch.randn(num_embeddings, embedding_dim)
        if padding_idx is not None:
            padding_idx %= num_embeddings
            rows[padding_idx] = 0.0
        self.padding_idx = padding_idx
        self.weight = nn.Parameter(rows)

    def forward(self, i):
        y = self.weight[i]
        if self.padding_idx is None:
            return y
        return torch.where((i == self.padding_idx).unsqueeze(-1), torch.zeros_like(y), y)
