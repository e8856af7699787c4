# float32 whatever comes in
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
        x = x.float()
        kept = self.value.weight.dtype
        x = x.to(kept)
        scores = (
            (self.query(x).float() @ self.key(x).float().transpose(1, 2) / math.sqrt(x.shape[2])).bfloat16().to(kept)
        )
        hidden = torch.ones(steps, steps, device=x.device).triu(diagonal=1).bool()
        weights = torch.softmax(scores.masked_fill(hidden, float("-inf")), dim=2)
        return weights @ self.value(x)
