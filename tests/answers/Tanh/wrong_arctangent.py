# arctangent scaled to -1..1
import math

import torch
from torch import nn


class Tanh(nn.Module):
    def forward(self, x):
        return torch.atan(x) * (2 / math.pi)
