"""an encoding that writes into its input

`x += pe` needs no new tensor and takes away the caller's: encode the same embedding twice and the positions are added
twice. Print x before and after.
"""

import torch
from torch import nn


class PositionalEncoding(nn.Module):
    """x + P, where P[t] tells the position t in waves.  x: (N, T, d_model) or (T, d_model) -> the same shape"""

    def __init__(self, d_model, max_len=5000):
        super().__init__()
        t = torch.arange(max_len, dtype=torch.float64)[:, None]
        even = torch.arange(0, d_model, 2, dtype=torch.float64)
        angle = t / 10000 ** (even / d_model)
        pe = torch.empty(max_len, d_model, dtype=torch.float64)
        pe[:, 0::2] = torch.sin(angle)
        pe[:, 1::2] = torch.cos(angle[:, : d_model // 2])
        self.register_buffer("pe", pe.to(torch.get_default_dtype()), persistent=False)

    def forward(self, x):
        steps = x.shape[-2]
        if steps > len(self.pe):
            raise ValueError(f"a sequence of {steps} steps is longer than {len(self.pe)}")
        x.data += self.pe[:steps].to(x.dtype)
        return x
