# computes in float32
import torch
from torch import nn


class Sigmoid(nn.Module):
    def forward(self, x):
        y = x.float()
        return (1 / (1 + torch.exp(-y.clamp(-60, 60)))).to(x.dtype)
