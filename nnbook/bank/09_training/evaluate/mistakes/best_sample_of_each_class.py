"""an evaluation that takes the largest score over the samples

Along dimension 0 `argmax` answers another question: which sample has the largest score for each class. The shapes fit
only when a batch has as many samples as there are classes, and then nothing complains. Print the shape of what is
compared.
"""

import torch


def evaluate(model, batches):
    was_training = model.training
    model.eval()
    right, count = 0, 0
    with torch.no_grad():
        for x, y in batches:
            right += (model(x).argmax(dim=0) == y).sum().item()
            count += len(y)
    model.train(was_training)
    return right / count
