# views its input as flat: fails when it has gaps
import torch
from torch import nn


class Sigmoid(nn.Module):
    def forward(self, x):
        return (1 / (1 + torch.exp(-x.view(-1).clamp(-60, 60)))).view(x.shape)
