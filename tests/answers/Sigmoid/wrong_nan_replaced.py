# inf over inf, with the NaN replaced by one: the gradient stays NaN
import torch
from torch import nn


class Sigmoid(nn.Module):
    def forward(self, x):
        e = x.exp()
        return torch.nan_to_num(e / (1 + e), nan=1.0)
