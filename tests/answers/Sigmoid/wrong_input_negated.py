# negates its input in place
import torch
from torch import nn


class Sigmoid(nn.Module):
    def forward(self, x):
        with torch.no_grad():
            x.neg_()
        return 1 / (1 + torch.exp(x.clamp(-60, 60)))
