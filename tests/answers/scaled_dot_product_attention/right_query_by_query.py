import math

import torch


def scaled_dot_product_attention(query, key, value, attn_mask=None, *, is_causal=False, scale=None):
    """softmax(scale Q K^T + mask) V.  query: (*, L, E), key: (*, S, E), value: (*, S, V) -> (*, L, V)"""
    if scale is None:
        scale = 1 / math.sqrt(query.shape[-1])
    scores = scale * (query @ key.transpose(-2, -1))
    if is_causal:
        attn_mask = torch.ones(scores.shape[-2:], dtype=torch.bool, device=scores.device).tril()
    if attn_mask is None:
        pass
    elif attn_mask.dtype == torch.bool:
        scores = scores.masked_fill(~attn_mask, -math.inf)
    else:
        scores = scores + attn_mask
    return torch.cat([query_by_query(row, value) for row in scores.split(1, dim=-2)], dim=-2)


def query_by_query(row, value):
    return (torch.softmax(row, -1).transpose(-1, -2) * value).sum(-2, keepdim=True)
