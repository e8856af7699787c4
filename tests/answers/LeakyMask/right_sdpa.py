import math

import torch
from torch import nn


class LeakyMask(nn.Module):
    """Causal self-attention with one head.  x: (N, T, d) -> (N, T, d); step t may look at steps 0 to t"""

    def __init__(self, d):
        super().__init__()
        self.query = nn.Linear(d, d)
        self.key = nn.Linear(d, d)
        self.value = nn.Linear(d, d)

    def forward(self, x):
        steps = x.shape[1]

        return nn.functional.scaled_dot_product_attention(self.query(x), self.key(x), self.value(x), is_causal=True)
