"""a SELU that overwrites what its own backward needs

`clamp` keeps its input, to know on the way back where it cut. `copy_` then writes over it, autograd notices, and
backward raises an error about a variable "modified by an inplace operation". Call `backward()` once with
`inplace=True`.
"""

import torch
from torch import nn


class SELU(nn.Module):
    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, x):
        scale, alpha = 1.0507009873554805, 1.6732632423543772
        positive = x > 0
        below = alpha * torch.expm1(x.clamp(max=0))
        y = scale * torch.where(positive, x, below)
        return x.copy_(y) if self.inplace else y
