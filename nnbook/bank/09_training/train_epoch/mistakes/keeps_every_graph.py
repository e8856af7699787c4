"""a loop whose running total holds on to every graph

The number is right. But `total` is a tensor with a history, and its history is every loss so far, with all that each
was computed from: memory grows with each batch until the epoch ends. Print `total` inside the loop: what stands
behind the number?
"""


def train_epoch(model, batches, loss_fn, optimizer):
    model.train()
    total, count = 0.0, 0
    for x, y in batches:
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        total = total + loss * len(x)
        count += len(x)
    return (total / count).item()
