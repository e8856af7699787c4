# the branch for positive numbers is used for all
import torch
from torch import nn


class Sigmoid(nn.Module):
    def forward(self, x):
        e = torch.exp(x)
        return e / (e + 1)
