# multiplied by x
import torch
from torch import nn


class Sigmoid(nn.Module):
    def forward(self, x):
        return x / (1 + torch.exp(-x.clamp(-60, 60)))
