# clamps the input in place where no gradient is asked
import torch
from torch import nn


class Sigmoid(nn.Module):
    def forward(self, x):
        if not x.requires_grad:
            x.clamp_(-700, 700)
        return 1 / (1 + torch.exp(-x.clamp(-80, 80)))
