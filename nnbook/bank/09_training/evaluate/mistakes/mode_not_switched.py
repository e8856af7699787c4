"""an evaluation in whatever mode the model came in

Straight after training that is training mode: dropout throws half of the features away, BatchNorm uses the statistics
of the test batch and moves its own. Evaluate the same data twice after `model.train()`: are the two numbers equal?
"""

import torch


def evaluate(model, batches):
    right, count = 0, 0
    with torch.no_grad():
        for x, y in batches:
            right += (model(x).argmax(dim=1) == y).sum().item()
            count += len(y)
    return right / count
