# gives probabilities in evaluation
from torch import nn


class LogSoftmax(nn.Module):
    def __init__(self, dim=None):
        super().__init__()
        self.dim = dim

    def forward(self, x):
        y = x - x.logsumexp(self.dim, keepdim=True)
        return y if self.training else y.exp()
