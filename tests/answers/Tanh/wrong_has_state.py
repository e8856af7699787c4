# keeps its last output in a buffer
import torch
from torch import nn


class Tanh(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("last", torch.zeros(()))

    def forward(self, x):
        e = torch.exp(-2 * x.clamp(-30, 30))
        self.last = ((1 - e) / (1 + e)).detach()
        return (1 - e) / (1 + e)
