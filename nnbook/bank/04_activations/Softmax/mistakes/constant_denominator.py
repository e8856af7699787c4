"""a softmax whose denominator counts as a constant

The values are right. But each output depends on every input of its row, through the sum below the line, and detaching
it cuts those paths: raising one score no longer lowers the others. The gradients of a row should add up to zero when
each is asked for one output; print them.
"""

import torch
from torch import nn


class Softmax(nn.Module):
    def __init__(self, dim=None):
        super().__init__()
        self.dim = dim

    def forward(self, x):
        e = torch.exp(x - x.amax(self.dim, keepdim=True).detach())
        return e / e.sum(self.dim, keepdim=True).detach()
