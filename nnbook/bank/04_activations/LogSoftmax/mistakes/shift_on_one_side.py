"""a log-softmax that forgets to take the shift back

The largest number is taken off inside the sum and not outside, so every result is too high by it. For scores around
zero it looks almost right. The exponentials of the output should sum to 1: do they?
"""

from torch import nn


class LogSoftmax(nn.Module):
    def __init__(self, dim=None):
        super().__init__()
        self.dim = dim

    def forward(self, x):
        z = (x - x.amax(self.dim, keepdim=True)).exp().sum(self.dim, keepdim=True).log()
        return x - z
