"""a ReLU that always overwrites its input

Assigning through a mask changes the tensor that the caller handed over, and whoever uses it next finds its negative
numbers gone. On a tensor that requires grad it raises at once. Print x before and after the call.
"""

from torch import nn


class ReLU(nn.Module):
    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, x):
        x[x <= 0] = 0
        return x
