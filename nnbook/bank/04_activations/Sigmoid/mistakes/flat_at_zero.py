"""a sigmoid without a gradient at zero

exp(-|x|) never overflows, and it hides a trap: autograd takes the derivative of |x| at 0 to be 0. So the gradient at
exactly zero is 0, where the sigmoid is steepest (1/4). Ask for it.
"""

import torch
from torch import nn


class Sigmoid(nn.Module):
    def forward(self, x):
        z = torch.exp(-x.abs())
        return torch.where(x >= 0, 1 / (1 + z), z / (1 + z))
