"""a loop that never clears the gradients

`backward()` adds to what stands in `p.grad`. Without clearing, the second step follows the sum of two batches, the
third the sum of three: the steps grow, and the loss soon swings. Print the norm of one parameter's gradient after
each batch.
"""


def train_epoch(model, batches, loss_fn, optimizer):
    model.train()
    total, count = 0.0, 0
    for x, y in batches:
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(x)
        count += len(x)
    return total / count
