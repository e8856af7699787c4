import torch
from torch import nn


def log_softmax(x):
    top = x.max(dim=-1, keepdim=True).values
    return x - top - torch.log(torch.sum(torch.exp(x - top), dim=-1, keepdim=True))


class CrossEntropyLoss(nn.Module):
    """A long table of rows with the classes last."""

    def __init__(self, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0):
        super().__init__()
        self.register_buffer("weight", weight)
        self.ignore_index = ignore_index
        self.reduction = reduction
        self.label_smoothing = label_smoothing

    def forward(self, input, target):
        c = input.shape[0] if input.dim() == 1 else input.shape[1]
        x = input.reshape(1, c) if input.dim() == 1 else input.movedim(1, -1).reshape(-1, c)
        logp = log_softmax(x)
        weight = x.new_ones(c) if self.weight is None else self.weight
        spread = -(logp @ weight) / c
        if torch.is_floating_point(target):
            t = target.reshape(1, c) if input.dim() == 1 else target.movedim(1, -1).reshape(-1, c)
            each = (1 - self.label_smoothing) * -((logp * t) @ weight) + self.label_smoothing * spread
            total = len(each)
        else:
            t = target.flatten()
            ignored = t == self.ignore_index
            t = t.masked_fill(ignored, 0)
            row = weight[t].masked_fill(ignored, 0)
            each = -logp[torch.arange(len(t)), t] * row * (1 - self.label_smoothing)
            each = each + self.label_smoothing * spread.masked_fill(ignored, 0)
            total = row.sum()
        if self.reduction == "none":
            return each.reshape(input.shape[:1] + input.shape[2:] if input.dim() > 1 else ())
        return each.sum() / total if self.reduction == "mean" else each.sum()
