import torch
from torch import nn


class Huber(torch.autograd.Function):
    @staticmethod
    def forward(ctx, d, delta):
        ctx.save_for_backward(d)
        ctx.delta = delta
        size = torch.abs(d)
        return torch.where(size < delta, 0.5 * d.square(), delta * (size - 0.5 * delta))

    @staticmethod
    def backward(ctx, grad):
        (d,) = ctx.saved_tensors
        return grad * d.clamp(-ctx.delta, ctx.delta), None


class HuberLoss(nn.Module):
    def __init__(self, reduction="mean", delta=1.0):
        super().__init__()
        assert delta > 0
        self.reduction, self.delta = reduction, float(delta)

    def forward(self, input, target):
        loss = Huber.apply(input - target, self.delta)
        return loss if self.reduction == "none" else getattr(loss, self.reduction)()
