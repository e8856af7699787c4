import torch
from torch import nn


class NLLLoss(nn.Module):
    """Everything as a long table of rows, picked by position."""

    def __init__(self, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean"):
        super().__init__()
        self.weight, self.ignore_index, self.reduction = weight, ignore_index, reduction

    def forward(self, log_prob, target):
        rows = log_prob.movedim(1, -1).reshape(-1, log_prob.shape[1]) if log_prob.dim() > 1 else log_prob[None]
        flat = target.reshape(-1).clone()
        skip = flat == self.ignore_index
        flat[skip] = 0
        w = self.weight if self.weight is not None else rows.new_ones(rows.shape[1])
        w = w[flat].masked_fill(skip, 0.0)
        loss = -rows[torch.arange(len(flat)), flat] * w
        match self.reduction:
            case "none":
                return loss.reshape(target.shape)
            case "sum":
                return loss.sum()
        return loss.sum() / w.sum()
