"""an encoding with all sines before all cosines

The same waves in another order: sines in the left half, cosines in the right. Many libraries do it so, and a network
learns either; weights that were trained with the one do not work with the other. Print the first row: it should be 0,
1, 0, 1.
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
        half = angle.shape[1]
        pe[:, :half] = torch.sin(angle)
        pe[:, half:] = torch.cos(angle[:, : d_model // 2])
        self.register_buffer("pe", pe.to(torch.get_default_dtype()), persistent=False)

    def forward(self, x):
        steps = x.shape[-2]
        if steps > len(self.pe):
            raise ValueError(f"a sequence of {steps} steps is longer than {len(self.pe)}")
        return x + self.pe[:steps].to(x.dtype)
