"""a layer that has a bias even when told to have none

The option is taken and forgotten, so the layer has one parameter too many and its output is shifted. It matters where
a normalisation follows, and wherever somebody loads saved weights: look at the keys of `Linear(5, 3,
bias=False).state_dict()`.
"""

import torch
from torch import nn


class Linear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        bound = in_features**-0.5 if in_features > 0 else 0.0
        self.weight = nn.Parameter(torch.empty(out_features, in_features).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(out_features).uniform_(-bound, bound))

    def forward(self, x):
        y = x @ self.weight.T
        return y if self.bias is None else y + self.bias
