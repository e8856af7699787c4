# NaN replaced by one: negative extremes get the wrong sign or no gradient
import torch
from torch import nn


class Tanh(nn.Module):
    def forward(self, x):
        p, m = x.exp(), (-x).exp()
        return torch.nan_to_num((p - m) / (p + m), nan=1.0)
