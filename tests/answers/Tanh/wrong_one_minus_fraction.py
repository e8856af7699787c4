# 1 - 2 / (1 + exp(2 x)): the gradient is NaN where exp overflows
import torch
from torch import nn


class Tanh(nn.Module):
    def forward(self, x):
        return 1 - 2 / (1 + torch.exp(2 * x))
