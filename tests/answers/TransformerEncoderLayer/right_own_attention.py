import torch
from torch import nn
from torch.nn import functional as F


class TransformerEncoderLayer(nn.Module):
    """Attention by hand, over the parameters of self_attn."""

    def __init__(
        self, d_model, nhead, dim_feedforward=2048, dropout=0.1, activation="relu", layer_norm_eps=1e-5,
        batch_first=False, norm_first=False, bias=True,
    ):  # fmt: skip
        super().__init__()
        self.self_attn = nn.MultiheadAttention(d_model, nhead, dropout, bias, batch_first=batch_first)
        self.linear1, self.linear2 = (
            nn.Linear(d_model, dim_feedforward, bias),
            nn.Linear(dim_feedforward, d_model, bias),
        )
        self.norm1, self.norm2 = (nn.LayerNorm(d_model, layer_norm_eps, bias=bias) for _ in range(2))
        self.drop, self.heads = nn.Dropout(dropout), nhead
        self.batch_first, self.norm_first = batch_first, norm_first
        self.act = {"relu": torch.relu, "gelu": nn.GELU()}[activation] if isinstance(activation, str) else activation

    def forward(self, src, src_mask=None, src_key_padding_mask=None, is_causal=False):
        x = src if src.dim() == 3 and self.batch_first else src.transpose(0, 1) if src.dim() == 3 else src[None]
        bias = torch.zeros((), dtype=x.dtype)
        for mask, fit in ((src_mask, self.fit), (src_key_padding_mask, lambda m: m.view(-1, 1, 1, m.shape[-1]))):
            if mask is not None:
                mask = fit(mask)
                bias = bias + (
                    torch.zeros_like(mask, dtype=x.dtype).masked_fill(mask, float("-inf"))
                    if mask.dtype == torch.bool
                    else mask
                )
        if self.norm_first:
            x = x + self.mix(self.norm1(x), bias)
            x = x + self.feed(self.norm2(x))
        else:
            x = self.norm1(x + self.mix(x, bias))
            x = self.norm2(x + self.feed(x))
        return x[0] if src.dim() == 2 else x if self.batch_first else x.transpose(0, 1)

    def fit(self, mask):
        return mask if mask.dim() == 2 else mask.unflatten(0, (-1, self.heads))

    def mix(self, x, bias):
        a = self.self_attn
        qkv = F.linear(x, a.in_proj_weight, a.in_proj_bias).unflatten(-1, (3, self.heads, -1))
        q, k, v = qkv.permute(2, 0, 3, 1, 4)
        p = self.drop((q @ k.mT / q.shape[-1] ** 0.5 + bias).softmax(-1))
        return self.drop(a.out_proj((p @ v).transpose(1, 2).flatten(2)))

    def feed(self, x):
        return self.drop(self.linear2(self.drop(self.act(self.linear1(x)))))
