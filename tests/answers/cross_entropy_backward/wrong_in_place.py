# changes the logits
import torch


def cross_entropy_backward(logits, target, reduction="mean"):
    """The gradient of the cross entropy by the logits.  (N, C), (N) -> (N, C)"""
    gradient = logits
    gradient -= logits.max(dim=1, keepdim=True).values
    gradient.exp_()
    gradient /= gradient.sum(dim=1, keepdim=True)
    gradient[torch.arange(len(target)), target] -= 1
    return gradient / len(target) if reduction == "mean" else gradient
