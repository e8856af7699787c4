# a method named tanh of one's own
import torch
from torch import nn


class Tanh(nn.Module):
    def tanh(self, x):
        p, m = torch.exp(x), torch.exp(-x)
        return (p - m) / (p + m)

    def forward(self, x):
        return self.tanh(x.clamp(-40, 40))
