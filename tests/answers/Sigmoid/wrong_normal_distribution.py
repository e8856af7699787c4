# the normal distribution function instead
import math

import torch
from torch import nn


class Sigmoid(nn.Module):
    def forward(self, x):
        return (1 + torch.erf(x / math.sqrt(2))) / 2
