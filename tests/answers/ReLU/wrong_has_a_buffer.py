# the threshold became a buffer, which lands in the state_dict
import torch
from torch import nn


class ReLU(nn.Module):
    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace
        self.register_buffer("zero", torch.zeros(()))

    def forward(self, x):
        y = torch.where(x > 0, x, self.zero.to(x.dtype))
        return x.copy_(y) if self.inplace else y
