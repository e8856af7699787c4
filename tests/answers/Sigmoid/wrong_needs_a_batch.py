# stacks the rows of a batch: an empty batch has none
import torch
from torch import nn


class Sigmoid(nn.Module):
    def forward(self, x):
        return torch.stack([1 / (1 + torch.exp(-r.clamp(-60, 60))) for r in x])
