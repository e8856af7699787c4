# one mask for all layers of one shape, redrawn every second call
import torch
from torch import nn


class Dropout(nn.Module):
    """y = m x / (1 - p) in training, with m = 0 with probability p for each element; y = x in evaluation."""

    def __init__(self, p=0.5, inplace=False):
        super().__init__()
        self.p = p
        self.inplace = inplace

    masks: dict = {}  # noqa: RUF012
    calls = 0

    def forward(self, x):
        if not self.training:
            return x
        # with p = 1 nothing survives, and 1 / (1 - p) does not exist
        factor = 1 / (1 - self.p) if self.p < 1 else 0.0
        key = (tuple(x.shape), x.dtype, self.p)
        if key not in Dropout.masks or Dropout.calls % 2 == 0:
            Dropout.masks[key] = (torch.rand_like(x) >= self.p).to(x.dtype)
        Dropout.calls += 1
        mask = Dropout.masks[key] * factor
        return x.mul_(mask) if self.inplace else x * mask
