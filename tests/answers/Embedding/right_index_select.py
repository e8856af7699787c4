import torch
from torch import nn


class Embedding(nn.Module):
    def __init__(self, num_embeddings, embedding_dim, padding_idx=None):
        super().__init__()
        self.num_embeddings, self.embedding_dim = num_embeddings, embedding_dim
        self.weight = nn.Parameter(torch.empty(num_embeddings, embedding_dim))
        nn.init.normal_(self.weight)
        self.padding_idx = padding_idx
        if padding_idx is not None:
            if padding_idx < 0:
                self.padding_idx = num_embeddings + padding_idx
            with torch.no_grad():
                self.weight[self.padding_idx].fill_(0)

    def forward(self, input):
        table = self.weight
        if self.padding_idx is not None:
            learns = torch.ones(self.num_embeddings, 1, dtype=torch.bool)
            learns[self.padding_idx] = False
            table = torch.where(learns, table, table.detach())
        rows = table.index_select(0, input.flatten())
        return rows.view(*input.shape, self.embedding_dim)
