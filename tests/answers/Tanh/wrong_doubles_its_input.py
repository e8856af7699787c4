# doubles its input in place
import torch
from torch import nn


class Tanh(nn.Module):
    def forward(self, x):
        with torch.no_grad():
            x.mul_(2)
        e = torch.exp(-x.clamp(-60, 60))
        return (1 - e) / (1 + e)
