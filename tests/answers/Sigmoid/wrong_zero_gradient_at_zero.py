# through |x| and sign(x): no gradient at exactly zero
import torch
from torch import nn


class Sigmoid(nn.Module):
    def forward(self, x):
        z = torch.exp(-x.abs())
        return 0.5 + x.sign() * (1 / (1 + z) - 0.5)
