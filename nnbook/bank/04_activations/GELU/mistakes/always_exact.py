"""a GELU that does not know approximate="tanh"

The argument is accepted and not used. Who asks for the tanh formula wants the numbers of an old network again, to the
last digit. Compare with `nn.GELU("tanh")` at x = 2, to five digits.
"""

import math

import torch
from torch import nn


class GELU(nn.Module):
    def __init__(self, approximate="none"):
        super().__init__()
        self.approximate = approximate

    def forward(self, x):
        return 0.5 * x * (1 + torch.erf(x / math.sqrt(2)))
