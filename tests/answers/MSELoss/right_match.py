import torch
import torch.nn as nn


def squared(a, b):
    return torch.abs(a - b) ** 2


class MSELoss(nn.Module):
    def __init__(self, reduction: str = "mean") -> None:
        super().__init__()
        self.reduction = reduction
        self.last = None
        self.register_buffer("calls", torch.zeros(1))

    def forward(self, y_pred, y_true):
        each = squared(y_pred, y_true)
        match self.reduction:
            case "none":
                return each
            case "sum":
                return torch.einsum("i->", each.flatten())
            case _:
                return each.flatten().mean(0)
