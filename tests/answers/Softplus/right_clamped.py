import torch
from torch import nn


class Softplus(nn.Module):
    def __init__(self, beta=1.0, threshold=20.0):
        super().__init__()
        self.beta = beta
        self.threshold = threshold

    def forward(self, x):
        u = self.beta * x
        low = u <= self.threshold
        y = torch.log1p(torch.exp(u.clamp(max=self.threshold))) / self.beta
        return torch.where(low, y, x)
