import torch
from torch import nn


class ELU(nn.Module):
    def __init__(self, alpha=1.0, inplace=False):
        super().__init__()
        self.alpha = alpha
        self.inplace = inplace

    def forward(self, x):
        z = x.clone() if self.inplace else x
        y = torch.where(z > 0, z, self.alpha * torch.expm1(z.clamp(max=0)))
        return x.copy_(y) if self.inplace else y
