"""a layer whose weights are tensors, but not parameters

A tensor with requires_grad gets a gradient, so everything seems to work. Yet the module does not know about it: look
at `list(layer.parameters())` and `layer.state_dict()`. An optimizer would find nothing to move, and `.to(...)` leaves
the weights behind.
"""

import torch
from torch import nn


class Linear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        bound = in_features**-0.5 if in_features > 0 else 0.0
        self.weight = torch.empty(out_features, in_features).uniform_(-bound, bound).requires_grad_()
        self.bias = torch.empty(out_features).uniform_(-bound, bound).requires_grad_() if bias else None

    def forward(self, x):
        y = x @ self.weight.T
        return y if self.bias is None else y + self.bias
