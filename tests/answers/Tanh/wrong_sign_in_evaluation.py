# gives the sign in evaluation
import torch
from torch import nn


class Tanh(nn.Module):
    def forward(self, x):
        e = torch.exp(-2 * x.clamp(-30, 30))
        y = (1 - e) / (1 + e)
        return y if self.training else y.sign()
