# rounds to 0 and 1 in evaluation
import torch
from torch import nn


class Sigmoid(nn.Module):
    def forward(self, x):
        y = 1 / (1 + torch.exp(-x.clamp(-60, 60)))
        return y if self.training else y.round()
