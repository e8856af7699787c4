# the softmax of x and 0, by hand
import torch
from torch import nn


class Sigmoid(nn.Module):
    def forward(self, x):
        m = x.clamp(min=0).detach()
        p, q = torch.exp(x - m), torch.exp(-m)
        return p / (p + q)
