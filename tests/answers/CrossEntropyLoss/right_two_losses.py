import torch
from torch import nn


class CrossEntropyLoss(nn.Module):
    """Labels and probabilities, each in a method of its own."""

    def __init__(
        self, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean", label_smoothing=0.0
    ):
        super().__init__()
        self.weight = None if weight is None else weight.clone()
        self.ignore_index, self.reduction, self.label_smoothing = ignore_index, reduction, label_smoothing

    def forward(self, input, target):
        dim = min(input.dim() - 1, 1)
        logp = input - torch.logsumexp(input, dim=dim, keepdim=True)
        wlogp = logp
        if self.weight is not None:
            shape = [1] * input.dim()
            shape[dim] = -1
            wlogp = logp * self.weight.view(shape)
        if target.dtype.is_floating_point:
            each, scale = self.probabilities(wlogp, target, dim), None
        else:
            each, scale = self.labels(wlogp, target, dim)
        if self.reduction == "none":
            return each
        if self.reduction == "sum":
            return each.sum()
        return each.mean() if scale is None else each.sum() / scale

    def probabilities(self, wlogp, q, dim):
        if self.label_smoothing > 0:
            q = q * (1 - self.label_smoothing) + self.label_smoothing / wlogp.shape[dim]
        return -(wlogp * q).sum(dim)

    def labels(self, wlogp, target, dim):
        skip = target == self.ignore_index
        safe = target.clone()
        safe[skip] = 0
        each = -torch.take_along_dim(wlogp, safe.unsqueeze(dim), dim).squeeze(dim)
        if self.label_smoothing > 0:
            each = each * (1 - self.label_smoothing) - wlogp.mean(dim) * self.label_smoothing
        each = each.masked_fill(skip, 0.0)
        if self.weight is None:
            return each, (~skip).sum()
        return each, self.weight[safe].masked_fill(skip, 0.0).sum()
