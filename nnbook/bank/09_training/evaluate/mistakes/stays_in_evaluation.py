"""an evaluation that leaves the model in evaluation mode

The number is right, the harm comes later: the next epoch trains without dropout and with frozen BatchNorm statistics,
and nothing says so. Print `model.training` before and after the call.
"""

import torch


def evaluate(model, batches):
    model.eval()
    right, count = 0, 0
    with torch.no_grad():
        for x, y in batches:
            right += (model(x).argmax(dim=1) == y).sum().item()
            count += len(y)
    return right / count
