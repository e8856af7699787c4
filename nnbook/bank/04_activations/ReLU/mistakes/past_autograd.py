"""a ReLU that with inplace=True lets every gradient through

Writing to `x.data` changes the numbers behind autograd's back. The values are right, and the backward pass knows of
no ReLU: the gradient is 1 for negative numbers too. Compare the gradients with and without `inplace=True`.
"""

import torch
from torch import nn


class ReLU(nn.Module):
    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, x):
        if self.inplace:
            x.data[x.data <= 0] = 0
            return x
        return torch.where(x > 0, x, torch.zeros_like(x))
