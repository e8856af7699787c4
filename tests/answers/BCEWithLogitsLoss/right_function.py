import torch
from torch import nn


class Softplus(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return torch.clamp(x, min=0) + torch.log1p(torch.exp(-torch.abs(x)))

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return grad * (1 + torch.tanh(x / 2)) / 2


class BCEWithLogitsLoss(nn.Module):
    def __init__(self, weight=None, reduction="mean", pos_weight=None):
        super().__init__()
        self.weights = {"all": weight, "positives": pos_weight}
        self.reduction = reduction

    def forward(self, scores, answers):
        if scores.shape != answers.shape:
            raise ValueError("shapes differ")
        yes, no = answers * Softplus.apply(-scores), (1 - answers) * Softplus.apply(scores)
        if self.weights["positives"] is not None:
            yes = yes * self.weights["positives"]
        loss = yes + no
        if self.weights["all"] is not None:
            loss = loss * self.weights["all"]
        return loss if self.reduction == "none" else getattr(loss, self.reduction)()
