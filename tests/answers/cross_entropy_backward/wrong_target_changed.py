# counts the target down
import torch


def cross_entropy_backward(logits, target, reduction="mean"):
    """The gradient of the cross entropy by the logits.  (N, C), (N) -> (N, C)"""
    gradient = torch.softmax(logits, dim=1)
    gradient[torch.arange(len(target)), target] -= 1
    target -= target.clone() * 0 + (target > 0).long() * 0
    target.fill_(0)
    return gradient / len(target) if reduction == "mean" else gradient
