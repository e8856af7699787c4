import torch
import torch.nn as nn
import torch.nn.functional as F


class MultiheadAttention(nn.Module):
    """As in torch: time first inside, batch and heads as one dimension, both masks merged into numbers."""

    def __init__(self, embed_dim, num_heads, dropout=0.0, bias=True, batch_first=False):
        super().__init__()
        assert embed_dim % num_heads == 0
        self.embed_dim = embed_dim
        self.num_heads = num_heads
        self.head_dim = embed_dim // num_heads
        self.batch_first = batch_first
        self.in_proj_weight = nn.Parameter(torch.empty((3 * embed_dim, embed_dim)))
        if bias:
            self.in_proj_bias = nn.Parameter(torch.empty(3 * embed_dim))
        else:
            self.register_parameter("in_proj_bias", None)
        self.out_proj = nn.Linear(embed_dim, embed_dim, bias=bias)
        nn.init.xavier_uniform_(self.in_proj_weight)
        if self.in_proj_bias is not None:
            nn.init.constant_(self.in_proj_bias, 0.0)
            nn.init.constant_(self.out_proj.bias, 0.0)

    def forward(
        self, query, key, value, key_padding_mask=None, need_weights=True, attn_mask=None, average_attn_weights=True
    ):
        batched = query.dim() == 3
        if not batched:
            query, key, value = query.unsqueeze(1), key.unsqueeze(1), value.unsqueeze(1)
            key_padding_mask = key_padding_mask.unsqueeze(0) if key_padding_mask is not None else None
        elif self.batch_first:
            query, key, value = (x.transpose(1, 0) for x in (query, key, value))
        length, batch, width = query.shape
        source = key.shape[0]
        w_q, w_k, w_v = self.in_proj_weight.split(self.embed_dim)
        b_q, b_k, b_v = (None, None, None) if self.in_proj_bias is None else self.in_proj_bias.split(self.embed_dim)
        heads = batch * self.num_heads
        q = F.linear(query, w_q, b_q).contiguous().view(length, heads, self.head_dim).transpose(0, 1)
        k = F.linear(key, w_k, b_k).contiguous().view(source, heads, self.head_dim).transpose(0, 1)
        v = F.linear(value, w_v, b_v).contiguous().view(source, heads, self.head_dim).transpose(0, 1)
        merged = torch.zeros(heads, length, source, dtype=q.dtype)
        if attn_mask is not None:
            merged = merged + self.as_numbers(attn_mask, q.dtype)
        if key_padding_mask is not None:
            merged = merged + self.as_numbers(key_padding_mask, q.dtype).repeat_interleave(self.num_heads, 0).unsqueeze(
                1
            )
        p = F.softmax(torch.baddbmm(merged, q * self.head_dim**-0.5, k.transpose(-2, -1)), dim=-1)
        y = torch.bmm(p, v).transpose(0, 1).contiguous().view(length, batch, width)
        y = F.linear(y, self.out_proj.weight, self.out_proj.bias)
        if not batched:
            y = y.squeeze(1)
        elif self.batch_first:
            y = y.transpose(1, 0)
        if not need_weights:
            return y, None
        p = p.view(batch, self.num_heads, length, source)
        if average_attn_weights:
            p = p.mean(dim=1)
        return y, p if batched else p.squeeze(0)

    @staticmethod
    def as_numbers(mask, dtype):
        return (
            torch.zeros(mask.shape, dtype=dtype).masked_fill(mask, float("-inf")) if mask.dtype == torch.bool else mask
        )
