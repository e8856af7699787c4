import torch
from torch import nn


class Linear(nn.Module):
    """y = x Wᵀ + b.  x: (*, in_features) -> (*, out_features)"""

    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        # BEGIN SOLUTION
        bound = in_features**-0.5 if in_features > 0 else 0.0
        self.weight = nn.Parameter(torch.empty(out_features, in_features).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(out_features).uniform_(-bound, bound)) if bias else None
        # END SOLUTION

    def forward(self, x):
        # BEGIN SOLUTION
        y = x @ self.weight.T
        return y if self.bias is None else y + self.bias
        # END SOLUTION
