import torch


def cross_entropy_backward(logits, target, reduction="mean"):
    """The gradient of the cross entropy by the logits.  (N, C), (N) -> (N, C)"""
    gradient = torch.softmax(logits, dim=1)
    gradient = gradient - torch.eye(logits.shape[1], dtype=logits.dtype, device=logits.device)[target]
    return gradient / len(target) if reduction == "mean" else gradient
