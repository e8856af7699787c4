# frozen parameters are unfrozen
import torch


def train_epoch(model, batches, loss_fn, optimizer):
    model.train()
    model.requires_grad_(True)
    total, count = 0.0, 0
    for x, y in batches:
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(x)
        count += len(x)
    return total / count
