import torch


def train_epoch(model, batches, loss_fn, optimizer):
    model.train()
    total, count = torch.zeros(()), 0
    for x, y in batches:
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        total = total + loss.detach() * x.shape[0]
        count += len(x)
    return float(total / count)
