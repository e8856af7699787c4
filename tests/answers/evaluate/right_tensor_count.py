import torch


def evaluate(model, batches):
    was_training = model.training
    model.eval()
    right, count = torch.tensor(0), 0
    with torch.no_grad():
        for x, y in batches:
            right = right + (model(x).max(1).indices == y).sum()
            count += len(y)
    model.train(was_training)
    return float(right) / count
