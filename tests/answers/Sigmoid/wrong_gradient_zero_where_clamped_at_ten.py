# cut at 10 on both sides: no gradient beyond
import torch
from torch import nn


class Sigmoid(nn.Module):
    def forward(self, x):
        return 1 / (1 + torch.exp(-x.clamp(-10, 10)))
