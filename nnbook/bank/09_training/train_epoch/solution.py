import torch


def train_epoch(model, batches, loss_fn, optimizer):
    """One step for each batch (x, y).  Returns the mean loss over all samples, a float"""
    # BEGIN SOLUTION
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
    # END SOLUTION
