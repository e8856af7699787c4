"""a tanh without a gradient at zero

With |x| in the exponent nothing overflows, and sign(x) puts the sign back. At x = 0 autograd takes the derivatives of
both to be 0, so the gradient is 0 exactly where tanh has slope 1. Ask for it.
"""

import torch
from torch import nn


class Tanh(nn.Module):
    def forward(self, x):
        z = torch.exp(-2 * x.abs())
        return x.sign() * (1 - z) / (1 + z)
