# half a tanh
import torch
from torch import nn


class Sigmoid(nn.Module):
    def forward(self, x):
        return 0.5 * (1 + torch.tanh(x / 2))
