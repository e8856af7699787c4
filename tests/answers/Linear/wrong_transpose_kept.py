# keeps the transpose of the first call, gone stale after double() or a call without gradients
import torch
from torch import nn


class Linear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        k = in_features**-0.5
        self.weight = nn.Parameter(torch.empty(out_features, in_features).uniform_(-k, k))
        self.bias = nn.Parameter(torch.empty(out_features).uniform_(-k, k)) if bias else None

    def forward(self, x):
        if not hasattr(self, "wt"):
            self.wt = self.weight.T
        y = x @ self.wt
        return y if self.bias is None else y + self.bias
