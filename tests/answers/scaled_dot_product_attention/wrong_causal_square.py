# the triangle is square, of the size of the longer one, and cut at its end
import math

import torch


def scaled_dot_product_attention(query, key, value, attn_mask=None, *, is_causal=False, scale=None):
    """softmax(scale Q K^T + mask) V.  query: (*, L, E), key: (*, S, E), value: (*, S, V) -> (*, L, V)"""
    if scale is None:
        scale = 1 / math.sqrt(query.shape[-1])
    scores = scale * (query @ key.transpose(-2, -1))
    if is_causal:
        n = max(scores.shape[-2:])
        attn_mask = torch.ones(n, n, dtype=torch.bool).tril()[-scores.shape[-2] :, -scores.shape[-1] :]
    if attn_mask is None:
        pass
    elif attn_mask.dtype == torch.bool:
        scores = scores.masked_fill(~attn_mask, -math.inf)
    else:
        scores = scores + attn_mask
    return torch.softmax(scores, dim=-1) @ value
