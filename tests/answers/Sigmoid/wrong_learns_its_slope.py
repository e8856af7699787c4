# a slope that is a parameter
import torch
from torch import nn


class Sigmoid(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Parameter(torch.ones(()))

    def forward(self, x):
        return 1 / (1 + torch.exp((-self.a.to(x.dtype) * x).clamp(-60, 60)))
