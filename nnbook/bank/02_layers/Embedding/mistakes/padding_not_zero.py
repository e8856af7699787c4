"""an embedding whose padding row starts like all the others

The gradient is stopped, so the row never moves; but it stays at the random numbers it was drawn with, and every
padded place carries them into the network. Print `Embedding(7, 4, padding_idx=2).weight[2]`.
"""

import torch
from torch import nn


class Embedding(nn.Module):
    def __init__(self, num_embeddings, embedding_dim, padding_idx=None):
        super().__init__()
        rows = torch.randn(num_embeddings, embedding_dim)
        if padding_idx is not None:
            padding_idx %= num_embeddings
        self.padding_idx = padding_idx
        self.weight = nn.Parameter(rows)

    def forward(self, i):
        y = self.weight[i]
        if self.padding_idx is None:
            return y
        return torch.where((i == self.padding_idx).unsqueeze(-1), y.detach(), y)
