# everything between the projections is float32
import math

import torch
from torch import nn
from torch.nn import functional as F


class MultiheadAttention(nn.Module):
    """Attention in several heads.  query: (L, N, E), key and value: (S, N, E) -> (L, N, E) and weights (N, L, S)"""

    def __init__(self, embed_dim, num_heads, *, bias=True, batch_first=False):
        super().__init__()
        self.num_heads = num_heads
        self.batch_first = batch_first
        self.in_proj_weight = nn.Parameter(torch.empty(3 * embed_dim, embed_dim))
        self.in_proj_bias = nn.Parameter(torch.zeros(3 * embed_dim)) if bias else None
        self.out_proj = nn.Linear(embed_dim, embed_dim, bias=bias)
        nn.init.xavier_uniform_(self.in_proj_weight)
        if bias:
            nn.init.zeros_(self.out_proj.bias)

    def forward(
        self,
        query,
        key,
        value,
        key_padding_mask=None,
        need_weights=True,
        attn_mask=None,
        average_attn_weights=True,
    ):
        alone = query.dim() == 2
        if alone:
            query, key, value = query[None], key[None], value[None]
        elif not self.batch_first:
            query, key, value = query.transpose(0, 1), key.transpose(0, 1), value.transpose(0, 1)

        weights = self.in_proj_weight.chunk(3)
        biases = [None] * 3 if self.in_proj_bias is None else self.in_proj_bias.chunk(3)
        q = self.split(F.linear(query, weights[0], biases[0]))
        k = self.split(F.linear(key, weights[1], biases[1]))
        v = self.split(F.linear(value, weights[2], biases[2]))

        q, k, v = q.float(), k.float(), v.float()
        scores = q @ k.transpose(2, 3) / math.sqrt(q.shape[3])
        if attn_mask is not None:
            scores = add(scores, attn_mask if attn_mask.dim() == 2 else attn_mask.unflatten(0, (-1, self.num_heads)))
        if key_padding_mask is not None:
            padding = key_padding_mask[None] if alone else key_padding_mask
            scores = add(scores, padding[:, None, None, :])
        p = torch.softmax(scores, dim=3)
        p, v = p.to(query.dtype), v.to(query.dtype)
        y = self.out_proj((p @ v).transpose(1, 2).flatten(2))

        p = p.mean(1) if average_attn_weights else p
        if alone:
            y, p = y[0], p[0]
        elif not self.batch_first:
            y = y.transpose(0, 1)
        return y, p if need_weights else None

    def split(self, x):
        # (N, L, E) -> (N, L, heads, d) -> (N, heads, L, d)
        return x.unflatten(2, (self.num_heads, -1)).transpose(1, 2)


def add(scores, mask):
    return scores.masked_fill(mask, -math.inf) if mask.dtype == torch.bool else scores + mask
