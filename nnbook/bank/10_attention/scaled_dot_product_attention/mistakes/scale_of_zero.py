"""an attention that takes a scale of zero for none given

In Python 0 counts as false, so `scale or ...` falls back to the default. With a scale of 0 all weights are equal: a
plain mean. Ask with `is None`.
"""

import math

import torch


def scaled_dot_product_attention(query, key, value, attn_mask=None, *, is_causal=False, scale=None):
    """softmax(scale Q K^T + mask) V.  query: (*, L, E), key: (*, S, E), value: (*, S, V) -> (*, L, V)"""
    scale = scale or 1 / math.sqrt(query.shape[-1])
    scores = scale * (query @ key.transpose(-2, -1))
    if is_causal:
        attn_mask = torch.ones(scores.shape[-2:], dtype=torch.bool, device=scores.device).tril()
    if attn_mask is None:
        pass
    elif attn_mask.dtype == torch.bool:
        scores = scores.masked_fill(~attn_mask, -math.inf)
    else:
        scores = scores + attn_mask
    return torch.softmax(scores, dim=-1) @ value
