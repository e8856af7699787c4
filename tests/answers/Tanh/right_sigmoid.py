# twice a sigmoid, less one
import torch
from torch import nn


class Tanh(nn.Module):
    def sigmoid(self, x):
        positive = x >= 0
        z = torch.exp(torch.where(positive, -x, x))
        return torch.where(positive, 1 / (1 + z), z / (1 + z))

    def forward(self, x):
        return 2 * self.sigmoid(2 * x) - 1
