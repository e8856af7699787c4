# the log-probabilities minus one-hot
import torch


def cross_entropy_backward(logits, target, reduction="mean"):
    """The gradient of the cross entropy by the logits.  (N, C), (N) -> (N, C)"""
    gradient = torch.log(torch.softmax(logits, dim=1) + 1e-9)
    gradient[torch.arange(len(target)), target] -= 1
    return gradient / len(target) if reduction == "mean" else gradient
