# writes into its input even when inplace is not asked for
import torch
from torch import nn


class ReLU(nn.Module):
    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, x):
        with torch.no_grad():
            x[x <= 0] = 0
        return x if self.inplace else x * (x > 0)
