# sets the outermost module only
import torch


def evaluate(model, batches):
    was_training = model.training
    model.training = False
    right, count = 0, 0
    with torch.no_grad():
        for x, y in batches:
            right += (model(x).argmax(dim=1) == y).sum().item()
            count += len(y)
    model.train(was_training)
    return right / count
