import torch


def one_step(model, x, y, loss_fn, optimizer):
    optimizer.zero_grad()
    loss = loss_fn(model(x), y)
    torch.autograd.backward(loss)
    optimizer.step()
    return loss.item()


def train_epoch(model, batches, loss_fn, optimizer):
    model.train()
    total = count = 0
    batches = iter(batches)
    while (pair := next(batches, None)) is not None:
        total += one_step(model, *pair, loss_fn, optimizer) * len(pair[0])
        count += len(pair[0])
    return total / count
