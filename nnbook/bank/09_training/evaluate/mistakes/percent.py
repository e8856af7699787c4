"""an accuracy in percent

It counts right, and reports 96.2 where 0.962 is asked. Both are common, and code that compares with `>= 0.95` is
content with every model. What does the call give when every answer is right?
"""

import torch


def evaluate(model, batches):
    was_training = model.training
    model.eval()
    right, count = 0, 0
    with torch.no_grad():
        for x, y in batches:
            right += (model(x).argmax(dim=1) == y).sum().item()
            count += len(y)
    model.train(was_training)
    return 100 * right / count
