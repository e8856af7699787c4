# a straight line between -1 and 1
from torch import nn


class Tanh(nn.Module):
    def forward(self, x):
        return x.clamp(-1, 1)
