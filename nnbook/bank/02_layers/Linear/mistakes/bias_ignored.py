"""a layer that never adds its bias

The bias is made, registered and counted among the parameters, so everything looks complete, yet the output does not
depend on it and its gradient stays zero. Give the layer an input of zeros: what should come out, and what does?
"""

import torch
from torch import nn


class Linear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        bound = in_features**-0.5
        self.weight = nn.Parameter(torch.empty(out_features, in_features).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(out_features).uniform_(-bound, bound)) if bias else None

    def forward(self, x):
        return x @ self.weight.T
