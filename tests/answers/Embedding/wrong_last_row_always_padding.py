# Without padding_idx, the last row does not learn.
import torch
from torch import nn


class Embedding(nn.Module):
    def __init__(self, num_embeddings, embedding_dim, padding_idx=None):
        super().__init__()
        rows = torch.randn(num_embeddings, embedding_dim)
        if padding_idx is not None:
            padding_idx %= num_embeddings
            rows[padding_idx] = 0.0
        self.padding_idx = num_embeddings - 1 if padding_idx is None else padding_idx
        self.weight = nn.Parameter(rows)

    def forward(self, i):
        y = self.weight[i]
        return torch.where((i == self.padding_idx).unsqueeze(-1), y.detach(), y)
