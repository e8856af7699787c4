# min for slopes above one, max below: the gradient at zero is halved
import torch
from torch import nn


class LeakyReLU(nn.Module):
    def __init__(self, negative_slope=0.01, inplace=False):
        super().__init__()
        self.negative_slope = negative_slope
        self.inplace = inplace

    def forward(self, x):
        a = self.negative_slope
        y = torch.maximum(x, a * x) if a <= 1 else torch.minimum(x, a * x)
        return x.copy_(y) if self.inplace else y
