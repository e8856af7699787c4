"""a loop that clears the model's gradients, not the optimizer's

`model.zero_grad()` and `optimizer.zero_grad()` are the same as long as both know the same parameters. An optimizer
may hold others: those of the loss function, of a second model. Their gradients are never cleared here. Give the loss
function a parameter and print its gradient after each batch.
"""


def train_epoch(model, batches, loss_fn, optimizer):
    model.train()
    total, count = 0.0, 0
    for x, y in batches:
        model.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(x)
        count += len(x)
    return total / count
