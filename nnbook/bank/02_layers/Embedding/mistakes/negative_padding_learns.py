"""an embedding whose padding row learns when padding_idx is negative

Python's own indexing takes -1 for the last row, so the zeros are written to the right place. The comparison with the
indices is another matter: they run from 0 up, and none of them ever equals -1. Look at the gradient of the last row
for `padding_idx=-1`.
"""

import torch
from torch import nn


class Embedding(nn.Module):
    def __init__(self, num_embeddings, embedding_dim, padding_idx=None):
        super().__init__()
        rows = torch.randn(num_embeddings, embedding_dim)
        if padding_idx is not None:
            rows[padding_idx] = 0.0
        self.padding_idx = padding_idx
        self.weight = nn.Parameter(rows)

    def forward(self, i):
        y = self.weight[i]
        if self.padding_idx is None:
            return y
        return torch.where((i == self.padding_idx).unsqueeze(-1), y.detach(), y)
