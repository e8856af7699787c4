# e is written with seven digits
from torch import nn


class Sigmoid(nn.Module):
    def forward(self, x):
        return 1 / (1 + 2.718282 ** -x.clamp(-60, 60))
