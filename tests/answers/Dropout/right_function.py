# a function of its own, called by the module
import torch
from torch import nn


def drop(x, p, training):
    if not training:
        return x.clone()
    mask = torch.rand(x.size()).to(x.device) > p if p < 1 else torch.zeros_like(x).bool()
    return x * mask / (1 - p if p < 1 else 1)


class Dropout(nn.Module):
    def __init__(self, p=0.5, inplace=False):
        super().__init__()
        self.p = p
        self.inplace = inplace

    def forward(self, x):
        y = drop(x, self.p, self.training)
        if self.inplace and self.training:
            x[...] = y
            return x
        return y
