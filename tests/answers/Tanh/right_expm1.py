# with expm1, which is exact near zero
import torch
from torch import nn


class Tanh(nn.Module):
    def forward(self, x):
        t = torch.expm1(2 * x.clamp(-25, 25))
        return t / (t + 2)
