import torch
from torch import nn


ALPHA = 1.6732632423543772848170429916717
SCALE = 1.0507009873554804934193349852946


class SELU(nn.Module):
    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, x):
        y = SCALE * (x.masked_fill(x <= 0, 0) + ALPHA * torch.expm1(x.masked_fill(x > 0, 0)) * (x <= 0))
        return x.copy_(y) if self.inplace else y
