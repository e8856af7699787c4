# With bias=False, self.bias is False and not None.
import torch
import torch.nn as nn


class Linear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.in_features = in_features
        self.out_features = out_features
        k = 1.0 / in_features
        self.weight = nn.Parameter((torch.rand(out_features, in_features) * 2 - 1) * k**0.5)
        self.bias = nn.Parameter((torch.rand(out_features) * 2 - 1) * k**0.5) if bias else False

    def forward(self, x):
        y = torch.einsum("...i,oi->...o", x, self.weight)
        if self.bias is not False:
            y += self.bias
        return y
