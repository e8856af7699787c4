# writes the output into a square input of which no gradient is asked
import torch
from torch import nn


class Linear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        k = in_features**-0.5
        self.weight = nn.Parameter(torch.empty(out_features, in_features).uniform_(-k, k))
        self.bias = nn.Parameter(torch.empty(out_features).uniform_(-k, k)) if bias else None

    def forward(self, x):
        y = x @ self.weight.T
        if y.shape == x.shape and not x.requires_grad and not self.training:
            x.copy_(y.detach())
        return y if self.bias is None else y + self.bias
