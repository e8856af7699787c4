import torch


def cross_entropy_backward(logits, target, reduction="mean"):
    """The gradient of the cross entropy by the logits.  (N, C), (N) -> (N, C)"""
    one_hot = torch.nn.functional.one_hot(target, logits.shape[1]).to(logits.dtype)
    gradient = torch.softmax(logits, 1)
    gradient = gradient - one_hot
    return gradient / len(target) if reduction == "mean" else gradient
