import torch
from torch import nn


class ELU(nn.Module):
    def __init__(self, alpha=1.0, inplace=False):
        super().__init__()
        self.alpha = alpha
        self.inplace = inplace

    def forward(self, x):
        # exp(x) - 1 = 2 t / (1 - t) with t = tanh(x / 2)
        t = torch.tanh(torch.where(x > 0, 0.0, x) / 2)
        y = torch.where(x > 0, x, self.alpha * 2 * t / (1 - t))
        return x.copy_(y) if self.inplace else y
