# a helper function beside, a property and a printed form
import torch
from torch import nn


def positive_part(x):
    return torch.where(x.gt(0), x, torch.tensor(0, dtype=x.dtype))


class ReLU(nn.Module):
    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self._inplace = inplace
        self.calls = 0

    def extra_repr(self):
        return "in place" if self._inplace else ""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.calls += 1
        y = positive_part(x)
        if self._inplace:
            x[...] = y
            return x
        return y
