"""an embedding that starts as small uniform numbers

That is how Linear starts, where many products are summed. A look-up sums nothing: the row itself is the output, and
nn.Embedding draws it from the standard normal distribution. Compare `weight.std()` for both with, say, 200 rows of 64
numbers.
"""

import torch
from torch import nn


class Embedding(nn.Module):
    def __init__(self, num_embeddings, embedding_dim, padding_idx=None):
        super().__init__()
        rows = torch.empty(num_embeddings, embedding_dim).uniform_(-(num_embeddings**-0.5), num_embeddings**-0.5)
        if padding_idx is not None:
            padding_idx %= num_embeddings
            rows[padding_idx] = 0.0
        self.padding_idx = padding_idx
        self.weight = nn.Parameter(rows)

    def forward(self, i):
        y = self.weight[i]
        if self.padding_idx is None:
            return y
        return torch.where((i == self.padding_idx).unsqueeze(-1), y.detach(), y)
