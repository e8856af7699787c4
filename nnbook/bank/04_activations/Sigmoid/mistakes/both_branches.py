"""a sigmoid whose gradients are NaN at both ends

`torch.where` picks the right number out of two, but it computes both, and so does the backward pass: the branch that
was not picked contributes 0 times infinity, which is NaN. Ask for the gradients at -1e4 and at 1e4.
"""

import torch
from torch import nn


class Sigmoid(nn.Module):
    def forward(self, x):
        return torch.where(x >= 0, 1 / (1 + torch.exp(-x)), torch.exp(x) / (1 + torch.exp(x)))
