import math

import torch


def scaled_dot_product_attention(query, key, value, attn_mask=None, *, is_causal=False, scale=None):
    """softmax(scale Q K^T + mask) V.  query: (*, L, E), key: (*, S, E), value: (*, S, V) -> (*, L, V)"""
    if scale is None:
        scale = 1 / math.sqrt(query.shape[-1])
    scores = scale * (query @ key.transpose(-2, -1))
    bias = torch.zeros(scores.shape[-2:], dtype=query.dtype, device=query.device)
    if is_causal:
        later = torch.ones_like(bias, dtype=torch.bool).triu(1)
        bias = bias.masked_fill(later, float("-inf"))
    if attn_mask is not None:
        if attn_mask.dtype == torch.bool:
            bias = torch.zeros(attn_mask.shape, dtype=query.dtype).masked_fill(attn_mask.logical_not(), float("-inf"))
        else:
            bias = attn_mask
    scores = scores + bias
    return torch.softmax(scores, dim=-1) @ value
