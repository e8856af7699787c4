import torch
from torch import nn


class Embedding(nn.Module):
    def __init__(self, num_embeddings, embedding_dim, padding_idx=None):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(num_embeddings, embedding_dim))
        if padding_idx is not None:
            with torch.no_grad():
                self.weight[padding_idx] = 0

            def without_padding(grad):
                grad = grad.clone()
                grad[padding_idx] = 0
                return grad

            self.weight.register_hook(without_padding)

    def forward(self, x):
        return self.weight[x]
