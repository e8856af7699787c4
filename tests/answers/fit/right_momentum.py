import torch
from torch import nn


def train_epoch(model, batches, loss_fn, optimizer):
    model.train()
    total, count = 0.0, 0
    for x, y in batches:
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(x)
        count += len(x)
    return total / count


def evaluate(model, batches):
    model.eval()
    right = count = 0
    with torch.inference_mode():
        for x, y in batches:
            right += (model(x).argmax(1) == y).sum().item()
            count += len(y)
    return right / count


def batches(x, y, size, seed):
    for rows in torch.randperm(len(x), generator=torch.Generator().manual_seed(seed)).split(size):
        yield x[rows], y[rows]


def fit(model, train, test, epochs, seed=0):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    losses, accuracies = [], []
    for epoch in range(epochs):
        losses.append(train_epoch(model, batches(*train, 32, 1000 * seed + epoch), nn.CrossEntropyLoss(), optimizer))
        accuracies.append(evaluate(model, zip(test[0].split(100), test[1].split(100))))
    return {"loss": losses, "accuracy": accuracies}
