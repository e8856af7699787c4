import torch
from torch import nn


class LogSoftmax(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        z = x - x.amax(-1, keepdim=True)
        y = z - z.exp().sum(-1, keepdim=True).log()
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, g):
        (y,) = ctx.saved_tensors
        return g - y.exp() * g.sum(-1, keepdim=True)


class CrossEntropyLoss(nn.Module):
    def __init__(self, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0):
        super().__init__()
        self.weight = weight
        self.ignore_index = ignore_index
        self.reduction = reduction
        self.label_smoothing = label_smoothing

    def forward(self, input, target):
        dim = 0 if input.dim() == 1 else 1
        logp = LogSoftmax.apply(input.movedim(dim, -1))
        count = logp.shape[-1]
        w = torch.ones(count).to(logp) if self.weight is None else self.weight
        if target.is_floating_point():
            q = target.movedim(dim, -1)
            weights = None
        else:
            valid = target != self.ignore_index
            q = torch.zeros_like(logp)
            q = q.scatter(-1, (target * valid).unsqueeze(-1), 1.0) * valid.unsqueeze(-1)
            weights = (q * w).sum(-1)
        q = q * (1 - self.label_smoothing) + self.label_smoothing / count
        if weights is not None:
            q = q * valid.unsqueeze(-1)
        loss = -(q * w * logp).sum(-1)
        if self.reduction == "none":
            return loss
        if self.reduction == "sum":
            return loss.sum()
        return loss.sum() / (loss.numel() if weights is None else weights.sum())
