import torch


def cross_entropy_backward(logits, target, reduction="mean"):
    """The gradient of the cross entropy by the logits.  (N, C), (N) -> (N, C)"""
    z = logits - logits.max(dim=1, keepdim=True).values
    gradient = z.exp() / z.exp().sum(1, keepdim=True)
    gradient[torch.arange(len(target)), target] -= 1
    return gradient / len(target) if reduction == "mean" else gradient
