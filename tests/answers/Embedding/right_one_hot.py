import torch
import torch.nn.functional as F
from torch import nn


class Embedding(nn.Module):
    def __init__(self, num_embeddings, embedding_dim, padding_idx=None):
        super().__init__()
        self.n = num_embeddings
        self.pad = None if padding_idx is None else range(num_embeddings)[padding_idx]
        self.weight = nn.Parameter(torch.normal(0.0, 1.0, (num_embeddings, embedding_dim)))
        if self.pad is not None:
            self.weight.data[self.pad].zero_()

    def forward(self, idx):
        hot = F.one_hot(idx, self.n).to(self.weight.dtype)
        if self.pad is None:
            return hot @ self.weight
        padding = torch.zeros_like(hot)
        padding[..., self.pad] = hot[..., self.pad]
        return (hot - padding) @ self.weight + padding @ self.weight.detach()
