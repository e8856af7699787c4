"""a loop that clears the gradients once per epoch

The line is there, but it stands above the loop: the first batch starts clean and every later one adds to it. With a
single batch nobody would notice. Print the norm of one parameter's gradient after each batch.
"""


def train_epoch(model, batches, loss_fn, optimizer):
    model.train()
    optimizer.zero_grad()
    total, count = 0.0, 0
    for x, y in batches:
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(x)
        count += len(x)
    return total / count
