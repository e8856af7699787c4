# computes in float32
import torch
from torch import nn


class Tanh(nn.Module):
    def forward(self, x):
        e = torch.exp(-2 * x.float().clamp(-30, 30))
        return ((1 - e) / (1 + e)).to(x.dtype)
