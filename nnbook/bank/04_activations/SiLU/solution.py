import torch
from torch import nn


class SiLU(nn.Module):
    """y = x / (1 + exp(-x)), elementwise.  x: (*) -> (*)"""

    def __init__(self, inplace=False):
        super().__init__()
        # BEGIN SOLUTION
        self.inplace = inplace
        # END SOLUTION

    def forward(self, x):
        # BEGIN SOLUTION
        # The sigmoid as a tanh, which overflows nowhere; mul_ keeps a copy of x where the gradient needs it.
        gate = 0.5 * (1 + torch.tanh(0.5 * x))
        return x.mul_(gate) if self.inplace else x * gate
        # END SOLUTION
