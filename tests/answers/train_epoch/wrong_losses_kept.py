# keeps all losses with their graphs until the end
import torch


def train_epoch(model, batches, loss_fn, optimizer):
    model.train()
    losses, count = [], 0
    for x, y in batches:
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss * len(x))
        count += len(x)
    return sum(losses).item() / count
