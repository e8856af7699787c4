"""an evaluation that always ends in training mode

For a model in training this restores what was. For one that had been set to evaluation it does not: whoever uses it
next gets dropout. Call `model.eval()`, evaluate, and print `model.training`.
"""

import torch


def evaluate(model, batches):
    model.eval()
    right, count = 0, 0
    with torch.no_grad():
        for x, y in batches:
            right += (model(x).argmax(dim=1) == y).sum().item()
            count += len(y)
    model.train()
    return right / count
