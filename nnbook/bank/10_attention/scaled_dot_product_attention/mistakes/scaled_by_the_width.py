"""an attention that divides by the width instead of its root

The scores shrink too much, the more the wider the vectors are: each query ends up with a plain mean of all values.
Print the standard deviation of the scores for random queries and keys of width 64; it should be near 1.
"""

import math

import torch


def scaled_dot_product_attention(query, key, value, attn_mask=None, *, is_causal=False, scale=None):
    """softmax(scale Q K^T + mask) V.  query: (*, L, E), key: (*, S, E), value: (*, S, V) -> (*, L, V)"""
    if scale is None:
        scale = 1 / query.shape[-1]
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
