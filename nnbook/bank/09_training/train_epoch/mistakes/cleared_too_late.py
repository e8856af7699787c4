"""a loop that clears the gradients before the step can use them

All five lines are there, in an order that undoes itself: what `backward()` has just filled in is wiped before
`step()` looks. The loss is the same in every epoch. Compare a parameter before and after the call.
"""


def train_epoch(model, batches, loss_fn, optimizer):
    model.train()
    total, count = 0.0, 0
    for x, y in batches:
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.zero_grad()
        optimizer.step()
        total += loss.item() * len(x)
        count += len(x)
    return total / count
