# NaN gradients are turned into zeros
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
        bent = torch.log1p(torch.exp(u)) / self.beta
        y = torch.where(straight, x, bent)
        if x.requires_grad:
            x.register_hook(lambda g: g.nan_to_num(0.0))
        return y
