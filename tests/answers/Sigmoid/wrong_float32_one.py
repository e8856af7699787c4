# the one has a shape and float32: half precision comes out wider
import torch
from torch import nn


class Sigmoid(nn.Module):
    def forward(self, x):
        return torch.ones(1) / (torch.ones(1) + torch.exp(-x.clamp(-60, 60)))
