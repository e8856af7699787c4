# keeps its last result in the state_dict
import torch
from torch import nn


class LogSoftmax(nn.Module):
    def __init__(self, dim=None):
        super().__init__()
        self.dim = dim
        self.register_buffer("last", torch.zeros(()))

    def forward(self, x):
        y = x - x.logsumexp(self.dim, keepdim=True)
        self.last = y.detach()
        return y
