# needs a list: a generator has no length
import torch


def train_epoch(model, batches, loss_fn, optimizer):
    model.train()
    total, count, n = 0.0, 0, len(batches)
    for x, y in batches:
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(x)
        count += len(x)
    return total / count
