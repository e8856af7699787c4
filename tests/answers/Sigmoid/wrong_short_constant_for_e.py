# e with ten digits
import torch
from torch import nn


class Sigmoid(nn.Module):
    def forward(self, x):
        return 1 / (1 + torch.pow(torch.tensor(2.718281828, dtype=x.dtype), -x.clamp(-80, 80)))
