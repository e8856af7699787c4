# the two has a shape and float32: half precision comes out wider
import torch
from torch import nn


class Tanh(nn.Module):
    def forward(self, x):
        e = torch.exp(-torch.full((1,), 2.0) * x.clamp(-30, 30))
        return (1 - e) / (1 + e)
