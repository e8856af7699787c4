# clamps the input in place where no gradient is asked
import torch
from torch import nn


class Tanh(nn.Module):
    def forward(self, x):
        if not x.requires_grad:
            x.clamp_(-40, 40)
        h = torch.expm1(2 * x.clamp(-40, 40))
        return h / (h + 2)
