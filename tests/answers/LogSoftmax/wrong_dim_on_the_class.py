# dim is kept on the class
from torch import nn


class LogSoftmax(nn.Module):
    def __init__(self, dim=None):
        super().__init__()
        LogSoftmax.axis = dim

    def forward(self, x):
        s = x - x.amax(LogSoftmax.axis, keepdim=True)
        return s - s.exp().sum(LogSoftmax.axis, keepdim=True).log()
