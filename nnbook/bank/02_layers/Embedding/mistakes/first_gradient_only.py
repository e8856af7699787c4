"""an embedding in which a repeated index learns once

The rows that come out are right. On the way back, however, an index that stands in five places should collect five
gradients, and here it keeps that of one. Compare `weight.grad` with nn.Embedding's after `layer(torch.tensor([3, 3,
3])).sum().backward()`.
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
        flat = i.reshape(-1)
        y = self.weight.detach()[flat]
        last = {int(index): place for place, index in enumerate(flat)}
        places = torch.tensor(list(last.values()), dtype=torch.long)
        y = y.index_put((places,), self.weight[flat[places]]).reshape(*i.shape, -1)
        if self.padding_idx is None:
            return y
        return torch.where((i == self.padding_idx).unsqueeze(-1), y.detach(), y)
