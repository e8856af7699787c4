import torch
from torch import nn


class SELU(nn.Module):
    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, x):
        scale, alpha = 1.0507009873554805, 1.6732632423543772
        z = x.clone() if self.inplace else x
        y = torch.where(z > 0, scale * z, scale * alpha * torch.expm1(z.clamp(max=0)))
        return x.copy_(y) if self.inplace else y
