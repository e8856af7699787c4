# safe in float64 to 700 alone
import torch


def cross_entropy_backward(logits, target, reduction="mean"):
    """The gradient of the cross entropy by the logits.  (N, C), (N) -> (N, C)"""
    gradient = torch.exp(logits.double())
    gradient = (gradient / gradient.sum(dim=1, keepdim=True)).to(logits.dtype)
    gradient[torch.arange(len(target)), target] -= 1
    return gradient / len(target) if reduction == "mean" else gradient
