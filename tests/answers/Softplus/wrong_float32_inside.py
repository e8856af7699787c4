# computed in float32
import torch
from torch import nn


class Softplus(nn.Module):
    def __init__(self, beta=1.0, threshold=20.0):
        super().__init__()
        self.beta = beta
        self.threshold = threshold

    def forward(self, x):
        u = self.beta * x
        straight = u > self.threshold
        bent = torch.log1p(torch.exp(u.float().masked_fill(straight, 0))).to(x.dtype) / self.beta
        return torch.where(straight, x, bent)
