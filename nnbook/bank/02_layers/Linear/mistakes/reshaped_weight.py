"""a layer that reshapes its weight where it should transpose it

Both give a matrix of shape (in_features, out_features), so the product runs and has the right shape; but reshape
reads the same numbers on in memory order and mixes the rows. Look at `torch.arange(6).reshape(2, 3)`: its `.T` beside
its `.reshape(3, 2)`.
"""

import torch
from torch import nn


class Linear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        bound = in_features**-0.5 if in_features > 0 else 0.0
        self.weight = nn.Parameter(torch.empty(out_features, in_features).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(out_features).uniform_(-bound, bound)) if bias else None

    def forward(self, x):
        y = x @ self.weight.reshape(self.weight.shape[1], self.weight.shape[0])
        return y if self.bias is None else y + self.bias
