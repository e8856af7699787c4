# asks for the next batch before the step for this one
import torch


def train_epoch(model, batches, loss_fn, optimizer):
    model.train()
    total, count = 0.0, 0
    batches = iter(batches)
    following = next(batches, None)
    while following is not None:
        (x, y), following = following, next(batches, None)
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(x)
        count += len(x)
    return total / count
