# moves dim to the end and back
import torch
from torch import nn


class Softmax(nn.Module):
    def __init__(self, dim=None):
        super().__init__()
        self.dim = dim

    def forward(self, x):
        y = x.movedim(self.dim, -1)
        e = torch.exp(y - y.amax(-1, keepdim=True))
        return (e / e.sum(-1, keepdim=True)).movedim(-1, self.dim)
