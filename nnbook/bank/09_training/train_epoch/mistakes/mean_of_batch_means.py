"""a mean of the batches' losses

Every batch counts once, however small it is. With 1,400 samples in batches of 64 the last one holds 56, and nobody
sees the difference; with a last batch of one sample, that sample weighs as much as 64 others. Try batches of 6, 6 and
1.
"""


def train_epoch(model, batches, loss_fn, optimizer):
    model.train()
    losses = []
    for x, y in batches:
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return sum(losses) / len(losses)
