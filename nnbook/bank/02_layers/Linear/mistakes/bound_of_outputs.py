"""a layer whose starting values shrink with out_features

The values are uniform and centred, only their size follows the wrong count: an output is a sum over in_features
products, so it is their number that decides how large the output becomes. Compare `weight.abs().max()` with
nn.Linear's for a layer of 9 inputs and 2,048 outputs; a square layer does not show it.
"""

import torch
from torch import nn


class Linear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        bound = out_features**-0.5
        self.weight = nn.Parameter(torch.empty(out_features, in_features).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(out_features).uniform_(-bound, bound)) if bias else None

    def forward(self, x):
        y = x @ self.weight.T
        return y if self.bias is None else y + self.bias
