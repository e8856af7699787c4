import torch


def evaluate(model, batches):
    mode = model.training
    model.eval()
    predicted, labels = [], []
    for x, y in batches:
        with torch.no_grad():
            scores = model(x)
        predicted += torch.softmax(scores, dim=1).argmax(dim=1).tolist()
        labels += y.tolist()
    if mode:
        model.train()
    return sum(p == l for p, l in zip(predicted, labels)) / len(labels)
