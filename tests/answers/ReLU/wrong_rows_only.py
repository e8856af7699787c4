# goes over rows and columns: two dimensions only
import torch
from torch import nn


class ReLU(nn.Module):
    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, x):
        y = torch.stack([torch.stack([v if v > 0 else v * 0 for v in row]) for row in x])
        return x.copy_(y) if self.inplace else y
