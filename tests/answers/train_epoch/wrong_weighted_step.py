# the loss of a small batch is weighted for the step too
import torch


def train_epoch(model, batches, loss_fn, optimizer):
    model.train()
    total, count = 0.0, 0
    for x, y in batches:
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        (loss * len(x) / 4).backward()
        optimizer.step()
        total += loss.item() * len(x)
        count += len(x)
    return total / count
