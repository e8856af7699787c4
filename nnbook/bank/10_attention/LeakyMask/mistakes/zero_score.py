"""attention that gives later steps the score zero

A score of 0 is not nothing: its exponential is 1, as much as any step of that score. Every later step gets a share.
Print the weights of step 0: there should be a single 1.
"""

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
        weights = torch.softmax(scores.masked_fill(hidden, 0.0), dim=2)
        return weights @ self.value(x)
