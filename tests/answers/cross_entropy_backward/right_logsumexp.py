import torch


def cross_entropy_backward(logits, target, reduction="mean"):
    """The gradient of the cross entropy by the logits.  (N, C), (N) -> (N, C)"""
    gradient = torch.exp(logits - torch.logsumexp(logits, 1, keepdim=True))
    for row, t in enumerate(target.tolist()):
        gradient[row, t] = gradient[row, t] - 1
    return gradient / len(target) if reduction == "mean" else gradient
