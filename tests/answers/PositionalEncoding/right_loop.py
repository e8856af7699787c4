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

        import math

        for j in range(d_model):
            wave = t[:, 0] / 10000 ** ((j - j % 2) / d_model)
            pe[:, j] = wave.cos() if j % 2 else wave.sin()
        self.register_buffer("pe", pe.to(torch.get_default_dtype()), persistent=False)

    def forward(self, x):
        steps = x.shape[-2]
        if steps > len(self.pe):
            raise ValueError(f"a sequence of {steps} steps is longer than {len(self.pe)}")
        return x + self.pe[:steps].to(x.dtype)
