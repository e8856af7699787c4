import torch
from torch import nn


class NLLLoss(nn.Module):
    def __init__(self, weight=None, ignore_index=-100, reduction="mean"):
        super().__init__()
        self.weight = None if weight is None else weight.detach().clone()
        self.ignore_index = ignore_index
        self.reduction = reduction

    def forward(self, input, target):
        if input.dim() == 1:
            rows, labels = [input], [target]
        else:
            rows = input.movedim(1, -1).reshape(-1, input.shape[1]).unbind(0)
            labels = target.reshape(-1).unbind(0)
        zero = input.sum() * 0
        losses, total = [], zero
        for row, label in zip(rows, labels):
            y = int(label)
            if y == self.ignore_index:
                losses.append(zero)
                continue
            w = 1.0 if self.weight is None else self.weight[y]
            losses.append(-row[y] * w)
            total = total + w
        if self.reduction == "none":
            return torch.stack(losses).reshape(target.shape)
        summed = sum(losses, zero)
        return summed / total if self.reduction == "mean" else summed
