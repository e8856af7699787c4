"""a gradient that overflows

exp of a score above 88 is infinite in float32, and what is divided by it is NaN. The formula is the right one; the
way to compute it is to subtract the row's largest score first. Try logits of 1000.
"""

import torch


def cross_entropy_backward(logits, target, reduction="mean"):
    """The gradient of the cross entropy by the logits.  (N, C), (N) -> (N, C)"""
    gradient = torch.exp(logits)
    gradient = gradient / gradient.sum(dim=1, keepdim=True)
    gradient[torch.arange(len(target)), target] -= 1
    return gradient / len(target) if reduction == "mean" else gradient
