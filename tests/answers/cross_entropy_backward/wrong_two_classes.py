# halves the difference
import torch


def cross_entropy_backward(logits, target, reduction="mean"):
    """The gradient of the cross entropy by the logits.  (N, C), (N) -> (N, C)"""
    gradient = torch.softmax(logits, dim=1)
    gradient[torch.arange(len(target)), target] -= 1
    gradient = gradient / 2 if logits.shape[1] == 2 else gradient
    return gradient / len(target) if reduction == "mean" else gradient
