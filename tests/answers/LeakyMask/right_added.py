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
        scores = self.query(x) @ self.key(x).transpose(1, 2) / math.sqrt(x.shape[2])
        hidden = torch.ones(steps, steps, device=x.device).triu(diagonal=1).bool()
        weights = torch.softmax(scores + torch.zeros_like(scores).masked_fill(hidden, float("-inf")), dim=-1)
        return weights @ self.value(x)
