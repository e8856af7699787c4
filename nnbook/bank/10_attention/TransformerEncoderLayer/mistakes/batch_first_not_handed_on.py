"""a Transformer layer whose attention never hears of batch_first

Linear and norm work on the last dimension and do not care for the order of the others, but the attention does: with
batch_first=True it lets sequences of the batch look at each other instead of tokens. Change one sequence of the batch
and see whether the output of another moves.
"""

from torch import nn
from torch.nn import functional as F


class TransformerEncoderLayer(nn.Module):
    """Self-attention, then a network for each token, with residuals and norms.  src: (T, N, d_model) -> the same"""

    def __init__(
        self,
        d_model,
        nhead,
        dim_feedforward=2048,
        dropout=0.1,
        activation="relu",
        layer_norm_eps=1e-5,
        batch_first=False,
        norm_first=False,
        bias=True,
    ):
        super().__init__()
        self.self_attn = nn.MultiheadAttention(d_model, nhead, dropout=dropout, bias=bias)
        self.linear1 = nn.Linear(d_model, dim_feedforward, bias=bias)
        self.linear2 = nn.Linear(dim_feedforward, d_model, bias=bias)
        self.norm1 = nn.LayerNorm(d_model, eps=layer_norm_eps, bias=bias)
        self.norm2 = nn.LayerNorm(d_model, eps=layer_norm_eps, bias=bias)
        self.dropout = nn.Dropout(dropout)
        self.dropout1 = nn.Dropout(dropout)
        self.dropout2 = nn.Dropout(dropout)
        self.activation = {"relu": F.relu, "gelu": F.gelu}.get(activation, activation)
        self.norm_first = norm_first

    def forward(self, src, src_mask=None, src_key_padding_mask=None, is_causal=False):
        x, masks = src, (src_mask, src_key_padding_mask)
        if self.norm_first:
            x = x + self.attend(self.norm1(x), *masks)
            x = x + self.think(self.norm2(x))
        else:
            x = self.norm1(x + self.attend(x, *masks))
            x = self.norm2(x + self.think(x))
        return x

    def attend(self, x, mask, padding):
        y, _ = self.self_attn(x, x, x, attn_mask=mask, key_padding_mask=padding, need_weights=False)
        return self.dropout1(y)

    def think(self, x):
        hidden = self.dropout(self.activation(self.linear1(x)))
        return self.dropout2(self.linear2(hidden))
