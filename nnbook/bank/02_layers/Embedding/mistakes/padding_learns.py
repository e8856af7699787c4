"""an embedding whose padding row learns

The row starts as zeros, and nothing keeps it there: each padded place sends its gradient into it, and after one
optimizer step "nothing here" has a meaning. Feed some indices, padding among them, call `.sum().backward()` and look
at `weight.grad[padding_idx]`.
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
        return y
