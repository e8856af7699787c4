# needs more than one sample and drops dimensions
import torch


def evaluate(model, batches):
    was_training = model.training
    model.eval()
    right, count = 0, 0
    with torch.no_grad():
        for x, y in batches:
            right += (model(x.squeeze(0)).argmax(dim=-1) == y).sum().item()
            count += len(y)
    model.train(was_training)
    return right / count
