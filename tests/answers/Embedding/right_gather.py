import torch
from torch import nn


class Embedding(nn.Module):
    def __init__(self, num_embeddings, embedding_dim, padding_idx=None):
        super().__init__()
        if padding_idx is not None and padding_idx < 0:
            padding_idx += num_embeddings
        self.padding_idx = padding_idx
        table = torch.randn(num_embeddings, embedding_dim)
        if padding_idx is not None:
            keep = (torch.arange(num_embeddings) != padding_idx).unsqueeze(1)
            table = table * keep
        self.weight = nn.Parameter(table)

    def forward(self, x):
        dim = self.weight.size(1)
        places = x.reshape(-1, 1).expand(-1, dim)
        out = torch.gather(self.weight, 0, places).reshape(x.shape + (dim,))
        if self.padding_idx is not None:
            learns = (x != self.padding_idx).to(out.dtype)[..., None]
            out = out * learns + out.detach() * (1 - learns)
        return out
