# exchanges dimensions of indices with four
import torch
from torch import nn


class Embedding(nn.Module):
    def __init__(self, num_embeddings, embedding_dim, padding_idx=None):
        super().__init__()
        if padding_idx is not None:
            padding_idx = padding_idx % num_embeddings
        self.padding_idx = padding_idx
        self.weight = nn.Parameter(torch.randn(num_embeddings, embedding_dim))
        if padding_idx is not None:
            with torch.no_grad():
                self.weight[padding_idx] = 0

    def forward(self, i):
        w = self.weight
        if self.padding_idx is not None:
            rows = torch.arange(len(w)) == self.padding_idx
            w = torch.where(rows[:, None], w.detach(), w)
        return w[i] if i.dim() < 4 else w[i].transpose(0, 1).reshape(*i.shape, -1)
