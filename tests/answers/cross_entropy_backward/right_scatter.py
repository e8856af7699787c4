import torch


def cross_entropy_backward(logits, target, reduction="mean"):
    """The gradient of the cross entropy by the logits.  (N, C), (N) -> (N, C)"""
    gradient = torch.softmax(logits, dim=1)
    gradient = gradient.scatter_add(1, target[:, None], -torch.ones_like(gradient[:, :1]))
    return gradient / len(target) if reduction == "mean" else gradient
