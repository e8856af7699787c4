# dim is kept on the class
import torch
from torch import nn


class Softmax(nn.Module):
    def __init__(self, dim=None):
        super().__init__()
        Softmax.axis = dim

    def forward(self, x):
        e = torch.exp(x - x.amax(Softmax.axis, keepdim=True))
        return e / e.sum(Softmax.axis, keepdim=True)
