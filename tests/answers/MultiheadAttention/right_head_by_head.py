import math

import torch
from torch import nn


class MultiheadAttention(nn.Module):
    """Every sequence and every head by itself."""

    def __init__(self, embed_dim, num_heads, bias=True, batch_first=False):
        super().__init__()
        self.embed_dim, self.num_heads, self.batch_first = embed_dim, num_heads, batch_first
        bound = math.sqrt(6 / (4 * embed_dim))
        self.in_proj_weight = nn.Parameter(torch.empty(3 * embed_dim, embed_dim).uniform_(-bound, bound))
        self.register_parameter("in_proj_bias", nn.Parameter(torch.zeros(3 * embed_dim)) if bias else None)
        self.out_proj = nn.Linear(embed_dim, embed_dim, bias)
        if bias:
            self.out_proj.bias.data.fill_(0)

    def forward(
        self, query, key, value, key_padding_mask=None, need_weights=True, attn_mask=None, average_attn_weights=True
    ):
        if query.dim() == 2:
            outputs, p = self.one(query, key, value, key_padding_mask, attn_mask)
            return outputs, (p.mean(0) if average_attn_weights else p) if need_weights else None
        dim = 0 if self.batch_first else 1
        outputs, weights = [], []
        for n, (q, k, v) in enumerate(zip(query.unbind(dim), key.unbind(dim), value.unbind(dim))):
            mask = attn_mask
            if mask is not None and mask.dim() == 3:
                mask = mask[n * self.num_heads : (n + 1) * self.num_heads]
            y, p = self.one(q, k, v, None if key_padding_mask is None else key_padding_mask[n], mask)
            outputs.append(y)
            weights.append(p.mean(0) if average_attn_weights else p)
        return torch.stack(outputs, dim), torch.stack(weights) if need_weights else None

    def one(self, query, key, value, padding, mask):
        d = self.embed_dim // self.num_heads
        outputs, weights = [], []
        for h in range(self.num_heads):
            q, k, v = (self.project(x, i, h * d, h * d + d) for i, x in enumerate((query, key, value)))
            scores = q @ k.T / d**0.5
            for m in (padding, mask):
                if m is None:
                    continue
                m = m[h] if m.dim() == 3 else m
                scores = scores.masked_fill(m, float("-inf")) if m.dtype == torch.bool else scores + m
            p = scores.softmax(-1)
            outputs.append(p @ v)
            weights.append(p)
        return self.out_proj(torch.cat(outputs, -1)), torch.stack(weights)

    def project(self, x, part, start, end):
        rows = slice(part * self.embed_dim + start, part * self.embed_dim + end)
        y = x @ self.in_proj_weight[rows].T
        return y if self.in_proj_bias is None else y + self.in_proj_bias[rows]
