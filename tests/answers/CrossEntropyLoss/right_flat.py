import torch
from torch import nn


class CrossEntropyLoss(nn.Module):
    def __init__(self, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0):
        super().__init__()
        self.weight = weight
        self.ignore_index = ignore_index
        self.reduction = reduction
        self.label_smoothing = label_smoothing
        self.calls = 0

    def forward(self, input, target):
        self.calls += 1
        if input.ndim == 1:
            rows, out_shape = input.unsqueeze(0), ()
        else:
            out_shape = (input.shape[0], *input.shape[2:])
            rows = input.transpose(0, 1).flatten(1).T
        num_classes = rows.shape[1]
        log_p = rows - torch.logsumexp(rows, 1, keepdim=True)
        weight = self.weight if self.weight is not None else torch.ones(num_classes).to(rows)
        if torch.is_floating_point(target):
            probs = target.unsqueeze(0) if input.ndim == 1 else target.transpose(0, 1).flatten(1).T
            counted = None
        else:
            y = target.reshape(-1)
            valid = torch.nonzero(y != self.ignore_index).flatten()
            probs = torch.zeros_like(rows)
            probs[valid, y[valid]] = 1
            counted = weight[y[valid]].sum()
        smoothed = probs * (1 - self.label_smoothing) + self.label_smoothing / num_classes
        if counted is not None:
            mask = torch.zeros(len(rows), 1).to(rows)
            mask[valid] = 1
            smoothed = smoothed * mask
        losses = -(smoothed * weight * log_p).sum(1)
        if self.reduction == "none":
            return losses.reshape(out_shape)
        if self.reduction == "sum":
            return losses.sum()
        return losses.sum() / (len(rows) if counted is None else counted)
