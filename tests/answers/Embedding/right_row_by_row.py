import torch
from torch import nn


class Embedding(nn.Module):
    def __init__(self, num_embeddings, embedding_dim, padding_idx=None):
        super().__init__()
        self.embedding_dim = embedding_dim
        self.padding_idx = None if padding_idx is None else padding_idx % num_embeddings
        self.weight = nn.Parameter(torch.randn(num_embeddings, embedding_dim))
        if padding_idx is not None:
            nn.init.zeros_(self.weight[self.padding_idx])

    def forward(self, idx):
        rows = []
        for i in idx.reshape(-1).tolist():
            row = self.weight[i]
            rows.append(row.detach() if i == self.padding_idx else row)
        if not rows:
            return self.weight.new_zeros(*idx.shape, self.embedding_dim)
        return torch.stack(rows).reshape(*idx.shape, self.embedding_dim)
