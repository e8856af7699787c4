# the mean over the classes of their accuracies
import torch


def evaluate(model, batches):
    was_training = model.training
    model.eval()
    hits, shares = [], []
    with torch.no_grad():
        for x, y in batches:
            hits += list(zip(y.tolist(), (model(x).argmax(dim=1) == y).tolist()))
    model.train(was_training)
    for c in {a for a, _ in hits}:
        own = [h for a, h in hits if a == c]
        shares.append(sum(own) / len(own))
    return sum(shares) / len(shares)
