# off by one part in 1e9
import torch
from torch import nn


class Sigmoid(nn.Module):
    def forward(self, x):
        return (1 / (1 + torch.exp(-x.clamp(-80, 80)))) * (1 - 1e-9)
