"""a loop that collects all batches before it begins

The numbers are right. But a generator is there so that only one batch is in memory at a time, and `list(batches)`
builds the whole epoch first. Put a `print` into a generator of your own and see when each batch is made.
"""


def train_epoch(model, batches, loss_fn, optimizer):
    model.train()
    total, count = 0.0, 0
    for x, y in list(batches):
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(x)
        count += len(x)
    return total / count
