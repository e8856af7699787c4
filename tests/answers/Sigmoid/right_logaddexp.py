# exp of minus softplus
import torch
from torch import nn


class Sigmoid(nn.Module):
    def forward(self, x):
        return torch.exp(-torch.logaddexp(torch.zeros_like(x), -x))
