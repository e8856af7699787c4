# exp of the log-softmax
import torch
from torch import nn


class Softmax(nn.Module):
    def __init__(self, dim=None):
        super().__init__()
        self.dim = dim

    def forward(self, x):
        return (x - torch.logsumexp(x, self.dim, keepdim=True)).exp()
