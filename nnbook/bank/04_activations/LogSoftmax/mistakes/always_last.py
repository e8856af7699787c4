"""a log-softmax along the last dimension, whatever dim says

On a batch of rows with dim=1 the last dimension is the one that is meant, so nothing shows. On images, dim=1 is the
channels. Sum the exponentials of your output along dim.
"""

from torch import nn


class LogSoftmax(nn.Module):
    def __init__(self, dim=None):
        super().__init__()
        self.dim = dim

    def forward(self, x):
        s = x - x.amax(-1, keepdim=True)
        return s - s.exp().sum(-1, keepdim=True).log()
