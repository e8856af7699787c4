"""a gradient that points the other way

One-hot minus softmax is the direction in which to step; the gradient is the direction in which the loss grows. An
optimizer subtracts it. See at the target's place: the gradient there is negative.
"""

import torch


def cross_entropy_backward(logits, target, reduction="mean"):
    """The gradient of the cross entropy by the logits.  (N, C), (N) -> (N, C)"""
    gradient = torch.softmax(logits, dim=1)
    gradient[torch.arange(len(target)), target] -= 1
    return -gradient / len(target) if reduction == "mean" else -gradient
