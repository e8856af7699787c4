# iterates over rows: a single number has none
import torch
from torch import nn


class Tanh(nn.Module):
    def forward(self, x):
        rows = [torch.exp(-2 * r.clamp(-30, 30)) for r in x]
        return torch.stack([(1 - e) / (1 + e) for e in rows]) if rows else x * 1
