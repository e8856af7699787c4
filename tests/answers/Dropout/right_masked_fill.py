# masked_fill and a mask kept for looking at
import torch
import torch.nn as nn


class Dropout(nn.Module):
    def __init__(self, p: float = 0.5, inplace: bool = False):
        super().__init__()
        self.p = p
        self.inplace = inplace
        self.last_mask = None

    def extra_repr(self):
        return f"p={self.p}"

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.training and self.p > 0:
            keep = 1 - self.p
            self.last_mask = torch.empty(x.shape, dtype=torch.bool, device=x.device).bernoulli_(keep)
            scale = 0.0 if keep == 0 else 1 / keep
            y = x.masked_fill(~self.last_mask, 0) * scale
            if self.inplace:
                x.copy_(y)
                return x
            return y
        return x
