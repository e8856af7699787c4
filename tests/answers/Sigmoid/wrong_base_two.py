# powers of two instead of e
import torch
from torch import nn


class Sigmoid(nn.Module):
    def forward(self, x):
        return 1 / (1 + torch.exp2(-x.clamp(-60, 60)))
