# inplace is kept on the class: the newest object decides for all
import torch
from torch import nn


class ReLU(nn.Module):
    def __init__(self, inplace=False):
        super().__init__()
        ReLU.inplace = inplace

    def forward(self, x):
        y = torch.where(x > 0, x, torch.zeros_like(x))
        return x.copy_(y) if ReLU.inplace else y
