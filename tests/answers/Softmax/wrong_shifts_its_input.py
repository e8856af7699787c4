# subtracts the largest number from its input, in place
import torch
from torch import nn


class Softmax(nn.Module):
    def __init__(self, dim=None):
        super().__init__()
        self.dim = dim

    def forward(self, x):
        with torch.no_grad():
            if x.numel():
                x -= x.amax(self.dim, keepdim=True)
        e = torch.exp(x)
        return e / e.sum(self.dim, keepdim=True)
