"""an evaluation that records a graph for every batch

`eval()` turns dropout off, not autograd: every batch still builds a graph that nobody uses, which costs memory and
time. Look at `requires_grad` of what the model returns inside your loop.
"""

import torch


def evaluate(model, batches):
    was_training = model.training
    model.eval()
    right, count = 0, 0
    for x, y in batches:
        right += (model(x).argmax(dim=1) == y).sum().item()
        count += len(y)
    model.train(was_training)
    return right / count
