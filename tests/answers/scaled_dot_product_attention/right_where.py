import math

import torch


def scaled_dot_product_attention(query, key, value, attn_mask=None, *, is_causal=False, scale=None):
    """softmax(scale Q K^T + mask) V.  query: (*, L, E), key: (*, S, E), value: (*, S, V) -> (*, L, V)"""
    if scale is None:
        scale = 1 / math.sqrt(query.shape[-1])
    scores = scale * (query @ key.transpose(-2, -1))
    if is_causal:
        i = torch.arange(scores.shape[-2])[:, None]
        attn_mask = torch.arange(scores.shape[-1])[None, :] <= i
    if attn_mask is None:
        pass
    elif attn_mask.dtype == torch.bool:
        scores = torch.where(attn_mask, scores, torch.finfo(scores.dtype).min)
    else:
        scores = scores + attn_mask
    return torch.softmax(scores, dim=-1) @ value
